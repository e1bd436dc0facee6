/** How things stand: asked for at a pace, and what follows from it. */

import { queryOptions, useQuery } from "@tanstack/react-query";

import { api, type ApiProblem } from "../../api/client";
import type { Answer } from "../../api/query";
import { paced } from "../../lib/pace";

export type Home = Answer<"/api/v2/ui/home">;
export type Failure = Home["failures"][number];
export type PoolUse = Home["pools"][number];

/** Signs of life have no event. */
const LOOK_MS = 15_000;

const load = paced(
  async (signal) => {
    const { data } = await api.GET("/api/v2/ui/home", { signal });
    return data as Home;
  },
  { share: 0.2, waitMaxMs: 5_000 },
);

const HOME = queryOptions<Home, ApiProblem>({
  queryKey: ["/api/v2/ui/home", {}],
  queryFn: ({ signal }) => load(signal),
  meta: { live: ["run", "task_instances", "dag", "import_errors", "pools"] },
  refetchInterval: LOOK_MS,
});

export function useHome() {
  return useQuery(HOME);
}

/** The part of a pool that is taken: 0..100; null for a pool without limit. */
export function poolPercent(pool: PoolUse, used: number): number | null {
  if (pool.slots < 0) return null;
  if (pool.slots === 0) return used > 0 ? 100 : 0;
  return Math.min(100, (used / pool.slots) * 100);
}

/** Those that matter first: full ones, then by how much they are used. */
export function poolsByUse(pools: readonly PoolUse[]): PoolUse[] {
  const pressure = (pool: PoolUse) =>
    (poolPercent(pool, pool.running + pool.queued) ?? 0) + (pool.scheduled > 0 ? 1 : 0);
  return pools.toSorted((a, b) => pressure(b) - pressure(a) || a.name.localeCompare(b.name));
}

/** `transform [3]`: a mapped instance says which it is. */
export function instanceName(taskId: string, mapIndex: number): string {
  return mapIndex >= 0 ? `${taskId} [${mapIndex}]` : taskId;
}

/** The components, the ill ones first; those of one kind by their latest sign of life. */
export function componentsByHealth(home: Home): Home["components"] {
  return home.components.toSorted((a, b) => Number(a.is_healthy) - Number(b.is_healthy));
}
