/** Reading long lists part by part, each with the cursor that the part before gave. */

import {
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useMemo } from "react";

import type { ChangeKind } from "../live/changes";
import { api, ApiProblem } from "./client";

/** With more parts than this a change would fetch too much again: it is said instead. */
const LIVE_PARTS_MAX = 5;

interface Part<Row> {
  rows: readonly Row[];
  /** Null at the end. */
  next: string | null;
}

interface ListOptions {
  path: string;
  params: { path: Record<string, string>; query: Record<string, unknown> };
  live: readonly ChangeKind[];
}

interface PagesOptions<Row, Answer> extends ListOptions {
  rowsOf: (answer: Answer) => Part<Row>;
}

export interface Pages<Row> {
  /** Undefined until the first part is there. */
  rows: readonly Row[] | undefined;
  problem: ApiProblem | null;
  hasMore: boolean;
  isLoadingMore: boolean;
  /** The rows are of former filters. */
  isStale: boolean;
  /** So many rows are there that changes are not followed. */
  isStill: boolean;
  loadMore: () => void;
  refresh: () => void;
}

/** A list as far as it has been read. `params.query` is everything but the cursor. */
export function usePages<Row, Answer>(options: PagesOptions<Row, Answer>): Pages<Row> {
  const { path, params, live, rowsOf } = options;
  const key = [path, { params }, "parts"];
  const known = useQueryClient().getQueryData<{ pages: unknown[] }>(key);
  const isStill = (known?.pages.length ?? 0) > LIVE_PARTS_MAX;
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: async ({ pageParam, signal }) =>
      rowsOf((await read(path, params, { cursor: pageParam }, signal)) as Answer),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    meta: { live: isStill ? [] : live },
  });
  const parts = query.data?.pages;
  const rows = useMemo(() => parts?.flatMap((part) => part.rows), [parts]);
  return {
    rows,
    problem: query.error instanceof ApiProblem ? query.error : null,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    isStale: query.isPlaceholderData,
    isStill,
    loadMore: () => {
      if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
    },
    refresh: () => void query.refetch(),
  };
}

/** How many rows there are in all; 10,000 means at least as many. */
export function useTotal({ path, params, live }: ListOptions): number | null | undefined {
  const query = useQuery({
    queryKey: [path, { params }, "total"],
    queryFn: async ({ signal }) => {
      const answer = await read(path, params, { limit: 0 }, signal);
      return (answer as { total_entries: number | null }).total_entries;
    },
    placeholderData: keepPreviousData,
    meta: { live },
  });
  return query.data;
}

type Params = ListOptions["params"];

async function read(path: string, params: Params, more: object, signal: AbortSignal) {
  const call = api.GET as (path: string, init: object) => Promise<{ data?: unknown }>;
  const init = { params: { ...params, query: { ...params.query, ...more } }, signal };
  return (await call(path, init)).data;
}
