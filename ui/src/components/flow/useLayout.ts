/** What is drawn together with where it goes: the former picture stays until the next is ready. */

import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { hashOf } from "../../graph/hash";
import { layOut } from "../../graph/layOut";
import type { Layout, Plan } from "../../graph/types";

export interface Laid<T> {
  shown: T;
  layout: Layout;
}

export interface LayoutQuery<T> {
  laid: Laid<T> | null;
  error: Error | null;
  isBusy: boolean;
  retry: () => void;
}

/** `shown` has to keep its identity as long as nothing of it changes. */
export function useLayout<T>(shown: T, plan: Plan): LayoutQuery<T> {
  const hash = useMemo(() => hashOf(plan), [plan]);
  const query = useQuery<Layout>({
    queryKey: ["layout", hash],
    queryFn: () => layOut(plan),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const layout = query.data;
  const fresh = useMemo(() => (layout ? { shown, layout } : null), [shown, layout]);
  const [last, setLast] = useState(fresh);
  if (fresh && fresh !== last) setLast(fresh);
  return {
    laid: fresh ?? last,
    error: query.error,
    isBusy: query.isFetching,
    retry: () => void query.refetch(),
  };
}
