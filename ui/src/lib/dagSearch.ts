/** What the address of a DAG's page keeps: Airflow's names, so that its links keep working. */

export interface DagSearch {
  dag_run_id?: string;
  task_id?: string;
  map_index?: number;
  /** How many runs are shown. */
  num_runs?: number;
  /** Runs up to this moment. */
  base_date?: string;
  run_type?: string;
  run_state?: string;
  /** The task around which the graph is shown. */
  root?: string;
  filter_upstream?: boolean;
  filter_downstream?: boolean;
  /** How many steps from the root. */
  depth?: number;
  /** Which version of the DAG, and what it is compared with. */
  version?: number;
  versus?: number;
  /** A state that is picked out in the legend. */
  state?: string;
}

export type Raw = Record<string, unknown>;

export function text(raw: Raw, name: string): string | undefined {
  const value = raw[name];
  if (typeof value === "string" && value !== "") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

export function number(raw: Raw, name: string): number | undefined {
  const value = raw[name];
  const found = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof found === "number" && Number.isFinite(found) ? found : undefined;
}

export function flag(raw: Raw, name: string): boolean | undefined {
  const value = raw[name];
  if (value === true || value === "true" || value === "True") return true;
  return value === false || value === "false" || value === "False" ? false : undefined;
}

/** One of the words that a page knows; any other is as if it were not there. */
export function choice<T extends string>(raw: Raw, name: string, known: readonly T[]) {
  return known.find((each) => each === raw[name]);
}

export function texts(raw: Raw, name: string): string[] | undefined {
  const value = raw[name];
  const found = (Array.isArray(value) ? value : [value]).filter((v) => typeof v === "string");
  return found.length > 0 ? found : undefined;
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Leaves out what has no value, so that addresses stay short. */
export function compact<T extends object>(search: T): Given<T> {
  return Object.fromEntries(
    Object.entries(search).filter(([, value]) => value !== undefined),
  ) as Given<T>;
}

export function dagSearch(raw: Raw): DagSearch {
  return compact({
    dag_run_id: text(raw, "dag_run_id"),
    task_id: text(raw, "task_id"),
    map_index: number(raw, "map_index"),
    num_runs: number(raw, "num_runs"),
    base_date: text(raw, "base_date"),
    run_type: text(raw, "run_type"),
    run_state: text(raw, "run_state"),
    root: text(raw, "root"),
    filter_upstream: flag(raw, "filter_upstream"),
    filter_downstream: flag(raw, "filter_downstream"),
    depth: number(raw, "depth"),
    version: number(raw, "version"),
    versus: number(raw, "versus"),
    state: text(raw, "state"),
  });
}
