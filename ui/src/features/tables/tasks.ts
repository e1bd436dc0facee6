/** Which tasks of a DAG are shown, and in which order. */

import type { components } from "../../api/schema";

export type Task = components["schemas"]["TaskView"];

export interface TaskFilter {
  /** A part of the id or of the shown name. */
  text?: string | undefined;
  operators?: readonly string[] | undefined;
  triggerRules?: readonly string[] | undefined;
  /** Only those with retries, or only those without. */
  hasRetries?: boolean | undefined;
  isMapped?: boolean | undefined;
}

export function filtered(tasks: readonly Task[], filter: TaskFilter): Task[] {
  const text = filter.text?.trim().toLowerCase() ?? "";
  return tasks.filter(
    (task) =>
      (text === "" ||
        task.task_id.toLowerCase().includes(text) ||
        task.task_display_name.toLowerCase().includes(text)) &&
      (filter.operators?.includes(task.operator_name) ?? true) &&
      (filter.triggerRules?.includes(task.trigger_rule) ?? true) &&
      (filter.hasRetries === undefined || filter.hasRetries === task.retries > 0) &&
      (filter.isMapped === undefined || filter.isMapped === task.is_mapped),
  );
}

const KEYS: Readonly<Record<string, (task: Task) => string | number>> = {
  task_id: (task) => task.task_display_name,
  operator: (task) => task.operator_name,
  trigger_rule: (task) => task.trigger_rule,
  retries: (task) => task.retries,
  pool: (task) => task.pool,
  queue: (task) => task.queue,
  priority: (task) => task.priority_weight,
};

/** `retries`, or `-retries` for descending; ties stay as they were. */
export function sorted(tasks: readonly Task[], sort: string): Task[] {
  const keyOf = KEYS[sort.replace(/^-/, "")] ?? KEYS.task_id;
  const sign = sort.startsWith("-") ? -1 : 1;
  const compare = (one: string | number, other: string | number) =>
    typeof one === "number" && typeof other === "number"
      ? one - other
      : String(one).localeCompare(String(other), undefined, { numeric: true });
  return tasks.toSorted((one, other) => (keyOf ? sign * compare(keyOf(one), keyOf(other)) : 0));
}

/** The different values of a field, by name. */
export function choices(tasks: readonly Task[], value: (task: Task) => string): string[] {
  return [...new Set(tasks.map(value))].toSorted((one, other) => one.localeCompare(other));
}
