/** Durations as columns of numbers for charts; seconds, oldest run first. */

import type { Answer } from "../../api/query";

export type Durations = Answer<"/api/v2/ui/durations/{dag_id}">;
type Run = Durations["runs"][number];

export interface RunSeries {
  ids: string[];
  /** Seconds since 1970: when the runs were due. */
  at: number[];
  /** From queued to started. */
  queued: (number | null)[];
  /** From started to ended; null while it runs. */
  ran: (number | null)[];
  /** From the end of its data interval to its own end. */
  landing: (number | null)[];
}

const ms = (at: string | null) => (at === null ? null : Date.parse(at));

function between(from: number | null, until: number | null): number | null {
  return from === null || until === null ? null : Math.max(0, (until - from) / 1000);
}

export function runSeries(runs: readonly Run[]): RunSeries {
  const ordered = runs.toReversed();
  return {
    ids: ordered.map((run) => run.dag_run_id),
    at: ordered.map((run) => Date.parse(run.run_after) / 1000),
    queued: ordered.map((run) => between(ms(run.queued_at), ms(run.start_date))),
    ran: ordered.map((run) => between(ms(run.start_date), ms(run.end_date))),
    landing: ordered.map((run) =>
      between(ms(run.data_interval_end ?? run.run_after), ms(run.end_date)),
    ),
  };
}

/** The middle of the numbers that are there; null of none. */
export function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

export interface TaskSeries {
  taskId: string;
  /** What its instances of each run took in all. */
  seconds: (number | null)[];
  median: number;
}

/** Every task that has ever ended, those that take longest first. */
export function taskSeries(durations: Durations): TaskSeries[] {
  const runs = durations.runs.toReversed();
  const columns = runs.map(
    (run) => new Map(run.tasks.map((task) => [task[0], task[6] === null ? null : task[6] / 1000])),
  );
  return durations.task_ids
    .flatMap((taskId) => {
      const seconds = columns.map((column) => column.get(taskId) ?? null);
      const middle = median(seconds);
      return middle === null ? [] : [{ taskId, seconds, median: middle }];
    })
    .toSorted((a, b) => b.median - a.median);
}
