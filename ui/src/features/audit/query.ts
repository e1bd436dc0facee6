/** What the address says of the audit log, as parameters of the API. */

import { moment } from "../../components/tables/moments";
import { compact } from "../../lib/dagSearch";

export interface AuditSearch {
  dag_id?: string;
  run_id?: string;
  task_id?: string;
  user?: string;
  /** Only these events; several with a comma between them. */
  event?: string;
  /** All events but these. */
  excluded?: string;
  from?: string;
  until?: string;
  sort?: string;
}

const PART = 100;
/** The latest first. */
export const AUDIT_SORT = "-when";
const COLUMNS: ReadonlySet<string> = new Set(["when", "event", "owner", "dag_id"]);

const FILTERS = [
  "dag_id",
  "run_id",
  "task_id",
  "user",
  "event",
  "excluded",
  "from",
  "until",
] as const;

/** What Narae writes into its audit log. */
export const EVENTS = [
  "trigger",
  "clear",
  "run_now",
  "pause",
  "unpause",
  "mark_success",
  "mark_failed",
  "mark_skipped",
  "mark_run_success",
  "mark_run_failed",
  "mark_run_queued",
  "note",
  "delete_dag",
  "delete_dag_run",
  "delete_task_instance",
  "reparse_dag_file",
  "favorite_dag",
  "unfavorite_dag",
  "backfill_create",
  "backfill_paused",
  "backfill_running",
  "backfill_cancel",
  "create_xcom_entry",
  "update_xcom_entry",
  "delete_xcom_entry",
  "post_variable",
  "patch_variable",
  "delete_variable",
  "post_connection",
  "patch_connection",
  "delete_connection",
  "post_pool",
  "patch_pool",
  "delete_pool",
  "secret_refused",
  "login",
  "login_failed",
  "logout",
  "set_password",
  "create_token",
  "revoke_token",
  "create_user",
  "edit_user",
  "delete_user",
  "create_role",
  "edit_role",
  "delete_role",
] as const;

/** `trigger,clear` as names. */
export function names(text: string | undefined): string[] {
  return [...new Set((text ?? "").split(",").map((name) => name.trim()))].filter(Boolean);
}

/** Names as one text for the address; none: nothing. */
export function joined(found: readonly string[] | undefined): string | undefined {
  return found && found.length > 0 ? found.join(",") : undefined;
}

function some(found: readonly string[]): readonly string[] | undefined {
  return found.length > 0 ? found : undefined;
}

/** `dagId` null: of all DAGs, of which the address may say a part of the name. */
export function auditQuery(search: AuditSearch, dagId: string | null) {
  const sort = search.sort ?? AUDIT_SORT;
  return compact({
    limit: PART,
    order_by: [COLUMNS.has(sort.replace(/^-/, "")) ? sort : AUDIT_SORT],
    dag_id: dagId ?? undefined,
    dag_id_pattern: dagId === null ? search.dag_id : undefined,
    run_id_pattern: search.run_id,
    task_id_pattern: search.task_id,
    owner_pattern: search.user,
    included_events: some(names(search.event)),
    excluded_events: some(names(search.excluded)),
    after: moment(search.from),
    before: moment(search.until),
  });
}

/** How many filters are set. */
export function filterCount(search: AuditSearch): number {
  return FILTERS.filter((name) => search[name] !== undefined).length;
}

/** The search without its filters; everything else of it stays. */
export function withoutFilters<S extends AuditSearch>(search: S): S {
  const cleared = Object.fromEntries(FILTERS.map((name) => [name, undefined]));
  return compact({ ...search, ...cleared }) as S;
}
