/** Reading through the cache: `useGet("/api/v2/pools", {}, { live: ["pools"] })`. */

import {
  keepPreviousData,
  queryOptions,
  useQuery,
  type UseQueryResult,
} from "@tanstack/react-query";
import type { MaybeOptionalInit } from "openapi-fetch";

import type { ChangeKind } from "../live/changes";
import { api, type ApiProblem } from "./client";
import type { paths } from "./schema";

type GetPath = { [P in keyof paths]: paths[P] extends { get: object } ? P : never }[keyof paths];
type Init<P extends GetPath> = MaybeOptionalInit<paths[P], "get">;
type JsonOf<T> = T extends { content: infer C }
  ? C extends { "application/json": infer B }
    ? B
    : never
  : never;
type Responses<P extends GetPath> = paths[P] extends { get: { responses: infer R } } ? R : never;
/** What an operation answers with when it succeeds. */
export type Answer<P extends GetPath> = 200 extends keyof Responses<P>
  ? JsonOf<Responses<P>[200]>
  : never;

export interface GetOptions {
  /** Which changes make the answer stale; those of other DAGs and runs are left out. */
  live?: readonly ChangeKind[];
  enabled?: boolean;
  /** Show the former answer while one with other parameters is fetched. */
  keep?: boolean;
  /** For what no change event tells of. */
  everyMs?: number;
}

/** Options for `useQuery`, `useSuspenseQuery` or `queryClient.prefetchQuery`. */
export function get<P extends GetPath>(path: P, init: Init<P>, options: GetOptions = {}) {
  return queryOptions<Answer<P>, ApiProblem>({
    queryKey: [path, init ?? {}],
    queryFn: async ({ signal }) => {
      const call = api.GET as (path: P, init: object) => Promise<{ data?: unknown }>;
      const { data } = await call(path, { ...(init as object), signal });
      return data as Answer<P>;
    },
    enabled: options.enabled ?? true,
    ...(options.everyMs ? { refetchInterval: options.everyMs } : {}),
    meta: { live: options.live ?? [] },
  });
}

export function useGet<P extends GetPath>(
  path: P,
  init: Init<P>,
  options: GetOptions = {},
): UseQueryResult<Answer<P>, ApiProblem> {
  return useQuery({
    ...get(path, init, options),
    ...(options.keep ? { placeholderData: keepPreviousData } : {}),
  });
}
