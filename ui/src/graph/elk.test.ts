/** The real ELK, on this thread. */

import ELK from "elkjs/lib/elk.bundled.js";
import { describe, expect, it } from "vitest";

import { elkGraph, layoutOf } from "./elk";
import { edgeId, fold } from "./fold";
import { planOf } from "./measure";
import type { Box, Graph, Layout, Orientation } from "./types";

const elk = new ELK();

function chainOf(count: number, group: string | null = null): Graph {
  const ids = Array.from({ length: count }, (_, n) => `t${n}`);
  return {
    tasks: ids.map((id) => ({ id, label: id, group })),
    groups: group === null ? [] : [{ id: group, label: group, parent: null }],
    edges: ids
      .slice(1)
      .map((id, n) => ({ source: ids[n] ?? "", target: id, label: "then", kind: "order" })),
  };
}

async function laidOut(graph: Graph, orientation: Orientation, open: string[]): Promise<Layout> {
  const plan = planOf(fold(graph, new Set(open)), orientation, () => ({ width: 150, height: 60 }));
  return layoutOf(await elk.layout(elkGraph(plan)));
}

const isWithin = (inner: Box, outer: Box) =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

describe("ELK", () => {
  it.each([
    ["LR", (a: Box, b: Box) => a.x + a.width < b.x],
    ["RL", (a: Box, b: Box) => b.x + b.width < a.x],
    ["TB", (a: Box, b: Box) => a.y + a.height < b.y],
    ["BT", (a: Box, b: Box) => b.y + b.height < a.y],
  ] as const)("puts what comes after further on: %s", async (orientation, isBefore) => {
    const { boxes } = await laidOut(chainOf(3), orientation, []);
    expect(isBefore(boxes.t0 as Box, boxes.t1 as Box)).toBe(true);
    expect(isBefore(boxes.t1 as Box, boxes.t2 as Box)).toBe(true);
  });

  it("gives places from the top left of everything, in groups too", async () => {
    const graph = chainOf(2, "g");
    graph.tasks = [{ id: "first", label: "first", group: null }, ...graph.tasks];
    graph.edges = [{ source: "first", target: "t0", label: null, kind: "order" }, ...graph.edges];
    const { boxes, routes } = await laidOut(graph, "LR", ["g"]);
    expect(isWithin(boxes.t0 as Box, boxes.g as Box)).toBe(true);
    expect(isWithin(boxes.t1 as Box, boxes.g as Box)).toBe(true);
    const route = routes[edgeId("t0", "t1")];
    const [start] = route?.points ?? [];
    const source = boxes.t0 as Box;
    expect(start?.x).toBeCloseTo(source.x + source.width);
    expect(start?.y).toBeGreaterThan(source.y);
    expect(route?.points.at(-1)?.x).toBeCloseTo((boxes.t1 as Box).x);
    expect(isWithin(route?.label as Box, boxes.g as Box)).toBe(true);
  });

  it("lays out a thousand tasks without one upon another", async () => {
    const graph = chainOf(1);
    const ids = Array.from({ length: 1_000 }, (_, n) => `t${n}`);
    graph.tasks = ids.map((id) => ({ id, label: id, group: null }));
    graph.edges = ids.slice(1).map((id, n) => ({
      source: `t${Math.floor(n / 3)}`,
      target: id,
      label: null,
      kind: "order",
    }));
    const { boxes } = await laidOut(graph, "LR", []);
    const all = Object.values(boxes);
    expect(all).toHaveLength(1_000);
    const places = new Map<number, Box[]>();
    for (const box of all) places.set(box.x, [...(places.get(box.x) ?? []), box]);
    for (const column of places.values()) {
      const sorted = column.toSorted((a, b) => a.y - b.y);
      sorted.slice(1).forEach((box, n) => {
        expect(box.y).toBeGreaterThanOrEqual((sorted[n] as Box).y + (sorted[n] as Box).height);
      });
    }
  }, 60_000);
});
