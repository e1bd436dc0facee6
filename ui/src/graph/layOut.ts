/** Layouts from the cache, else from ELK in its worker. */

import ElkApi from "elkjs/lib/elk-api.js";

import { keep, kept } from "./cache";
import { elkGraph, layoutOf } from "./elk";
import { hashOf } from "./hash";
import type { Layout, Plan } from "./types";

type Elk = InstanceType<typeof ElkApi>;

let elk: Elk | null = null;

function theElk(): Elk {
  elk ??= new ElkApi({
    workerFactory: () =>
      new Worker(new URL("./elk.worker.ts", import.meta.url), { type: "module" }),
  });
  return elk;
}

/** Starts the worker, so that it is ready when the graph's structure has come. */
export function warmUp(): void {
  theElk();
}

/** Where everything of a plan goes. */
export async function layOut(plan: Plan): Promise<Layout> {
  if (plan.nodes.length === 0) return { width: 0, height: 0, boxes: {}, routes: {} };
  const hash = hashOf(plan);
  const former = await kept(hash);
  if (former) return former;
  const layout = layoutOf(await theElk().layout(elkGraph(plan)));
  await keep(hash, layout);
  return layout;
}
