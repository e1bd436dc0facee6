/** Who uses the page, and what they may do. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { useCallback } from "react";

import { api, keepCsrf, type ApiProblem } from "./client";
import type { components } from "./schema";

export type Me = components["schemas"]["MeView"];
export type Action = "can_read" | "can_edit" | "can_create" | "can_delete";

export const ME = queryOptions<Me, ApiProblem>({
  queryKey: ["/api/v2/auth/me", {}],
  queryFn: async () => {
    const { data } = await api.GET("/api/v2/auth/me", {});
    const me = data as Me;
    keepCsrf(me.csrf_token ?? null);
    return me;
  },
  staleTime: 60_000,
});

export function useMe(): Me | undefined {
  return useQuery(ME).data;
}

/** What belongs to a DAG: a right to `DAG:<id>` gives it too. */
const OF_A_DAG = new Set(["DAGs", "DAG Runs", "Task Instances", "Task Logs", "XComs", "DAG Code"]);

/** Whether somebody with these permissions (`can_edit on DAG Runs`) may do it. */
export function allows(
  permissions: readonly string[],
  action: Action,
  resource: string,
  dagId?: string,
): boolean {
  const has = (name: string) => permissions.includes(`${action} on ${name}`);
  if (dagId === undefined || !OF_A_DAG.has(resource)) return has(resource);
  const onDag = has("DAGs") || has(`DAG:${dagId}`);
  if (resource === "DAGs") return onDag;
  if (resource === "DAG Runs" && has(`DAG Run:${dagId}`)) return true;
  return has(resource) && (onDag || permissions.includes(`can_read on DAG:${dagId}`));
}

/** `may("can_edit", "DAG Runs", dagId)`; false until it is known who asks. */
export function useMay(): (action: Action, resource: string, dagId?: string) => boolean {
  const me = useMe();
  return useCallback(
    (action, resource, dagId) =>
      me !== undefined && allows(me.permissions, action, resource, dagId),
    [me],
  );
}
