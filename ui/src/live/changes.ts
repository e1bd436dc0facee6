/** What the server says has changed, and which cached answers that makes stale. */

export type ChangeKind =
  | "run"
  | "task_instances"
  | "dag"
  | "backfills"
  | "import_errors"
  | "pools"
  | "variables"
  | "connections";

export interface Change {
  kind: ChangeKind;
  dag_id?: string;
  run_id?: string;
  state?: string;
}

/** `everything`: nobody knows what was missed. */
export type LiveMessage =
  | { type: "change"; change: Change }
  | { type: "everything" }
  | { type: "connected" }
  | { type: "lost" };

interface Told {
  meta?: Record<string, unknown> | undefined;
}

interface Cached extends Told {
  queryKey: readonly unknown[];
  /** Whoever shows the answer: each says for itself what it listens to. */
  observers?: readonly { options: Told }[];
}

function narrowed(value: unknown): string | null {
  return typeof value === "string" && value !== "~" ? value : null;
}

/** Whether a change makes a cached answer stale. */
export function touches(change: Change, cached: Cached): boolean {
  const told = [cached, ...(cached.observers ?? []).map((observer) => observer.options)];
  const isMeant = told.some(({ meta }) =>
    ((meta?.live ?? []) as readonly ChangeKind[]).includes(change.kind),
  );
  if (!isMeant) return false;
  const init = (cached.queryKey[1] ?? {}) as { params?: { path?: Record<string, unknown> } };
  const dag = narrowed(init.params?.path?.dag_id);
  const run = narrowed(init.params?.path?.dag_run_id);
  if (dag !== null && change.dag_id !== undefined && change.dag_id !== dag) return false;
  return !(run !== null && change.run_id !== undefined && change.run_id !== run);
}
