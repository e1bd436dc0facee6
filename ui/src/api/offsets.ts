/** Reading lists that are counted off rather than pointed into: variables, connections, pools. */

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import type { ChangeKind } from "../live/changes";
import { api, ApiProblem } from "./client";
import type { Pages } from "./pages";

const PART = 100;

interface OffsetOptions<Row, Answer> {
  path: string;
  query: Record<string, unknown>;
  live: readonly ChangeKind[];
  rowsOf: (answer: Answer) => readonly Row[];
}

export interface CountedPages<Row> extends Pages<Row> {
  total: number | undefined;
}

/** A list as far as it has been read, and how long it is. */
export function useOffsets<Row, Answer extends { total_entries: number }>(
  options: OffsetOptions<Row, Answer>,
): CountedPages<Row> {
  const { path, live, rowsOf } = options;
  const query = useInfiniteQuery({
    queryKey: [path, { params: { query: options.query } }, "offsets"],
    queryFn: async ({ pageParam, signal }) => {
      const call = api.GET as (path: string, init: object) => Promise<{ data?: unknown }>;
      const params = { query: { ...options.query, limit: PART, offset: pageParam } };
      return (await call(path, { params, signal })).data as Answer;
    },
    initialPageParam: 0,
    getNextPageParam: (last, all) => {
      const read = all.reduce((sum, part) => sum + rowsOf(part).length, 0);
      return read < last.total_entries && rowsOf(last).length > 0 ? read : undefined;
    },
    placeholderData: keepPreviousData,
    meta: { live },
  });
  const parts = query.data?.pages;
  const rows = useMemo(() => parts?.flatMap((part) => rowsOf(part)), [parts, rowsOf]);
  return {
    rows,
    total: parts?.at(-1)?.total_entries,
    problem: query.error instanceof ApiProblem ? query.error : null,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    isStale: query.isPlaceholderData,
    isStill: false,
    loadMore: () => {
      if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
    },
    refresh: () => void query.refetch(),
  };
}
