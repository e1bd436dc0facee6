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

/** What is inside of a DAG: the DAG itself has to be open too. The server's table. */
const INSIDE_A_DAG = new Set([
  "DAG Runs",
  "Task Instances",
  "Task Logs",
  "Task Reschedules",
  "XComs",
  "DAG Code",
  "DAG Warnings",
  "DAG Dependencies",
  "DAG Versions",
  "Backfills",
  "SLA Misses",
  "Audit Logs",
]);
/** How the right to one DAG's things is written: `can_edit:DAG:sales`. */
const PER_DAG: Readonly<Record<string, string>> = { DAGs: "DAG:", "DAG Runs": "DAG Run:" };

function holds(
  permissions: readonly string[],
  action: Action,
  resource: string,
  dagId: string | undefined,
): boolean {
  if (permissions.includes(`${action}:${resource}`)) return true;
  const prefix = PER_DAG[resource];
  if (prefix === undefined) return false;
  const own = `${action}:${prefix}`;
  if (dagId !== undefined) return permissions.includes(own + dagId);
  return permissions.some((permission) => permission.startsWith(own));
}

/** Whether somebody with these permissions (`can_edit:DAG Runs`) may do it; the server decides. */
export function allows(
  permissions: readonly string[],
  action: Action,
  resource: string,
  dagId?: string,
): boolean {
  if (!holds(permissions, action, resource, dagId)) return false;
  if (resource === "Task Instances" && !holds(permissions, action, "DAG Runs", dagId)) return false;
  if (dagId === undefined || !INSIDE_A_DAG.has(resource)) return true;
  return holds(permissions, action === "can_read" ? "can_read" : "can_edit", "DAGs", dagId);
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
