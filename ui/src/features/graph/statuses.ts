/** How the tasks of one run are. */

import type { Answer } from "../../api/query";
import { TASK_STATES, toState, worst, type State } from "../../lib/states";

type Grid = Answer<"/api/v2/grid/{dag_id}">;
export type GridRun = Grid["runs"][number];
type Gantt = Answer<"/api/v2/gantt/{dag_id}/{dag_run_id}">;
export type Counts = readonly (readonly [State, number])[];

export interface Status {
  state: State;
  /** Of a mapped task: how many instances are in which state. */
  counts: Counts | null;
  tries: number;
  /** ms since 1970 */
  startedAt: number | null;
  endedAt: number | null;
}

export type Statuses = ReadonlyMap<string, Status>;

/** What somebody looks at first comes first. */
function inOrder(counts: ReadonlyMap<State, number>): Counts {
  return TASK_STATES.flatMap((state) => {
    const count = counts.get(state);
    return count ? [[state, count] as const] : [];
  });
}

function earlier(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

interface Mapped {
  counts: Map<State, number>;
  tries: number;
  startedAt: number | null;
  endedAt: number | null;
}

type MappedRow = [string, string, number, number, number | null, number | null];

function mappedStatuses(rows: readonly MappedRow[]): Map<string, Status> {
  const found = new Map<string, Mapped>();
  for (const [taskId, word, count, tries, startedAt, endedAt] of rows) {
    const state = toState(word);
    const former = found.get(taskId) ?? {
      counts: new Map<State, number>(),
      tries: 0,
      startedAt: null,
      endedAt: null,
    };
    former.counts.set(state, (former.counts.get(state) ?? 0) + count);
    found.set(taskId, {
      counts: former.counts,
      tries: Math.max(former.tries, tries),
      startedAt: earlier(former.startedAt, startedAt),
      endedAt: later(former.endedAt, endedAt),
    });
  }
  return new Map(
    [...found].map(([taskId, { counts, ...rest }]) => [
      taskId,
      { ...rest, counts: inOrder(counts), state: worst(counts.keys()) },
    ]),
  );
}

/** From a run of the grid. */
export function statusesOf(run: Pick<GridRun, "cells" | "mapped">): Map<string, Status> {
  const found = mappedStatuses(run.mapped);
  for (const [taskId, state, tries, startedAt, endedAt] of run.cells) {
    found.set(taskId, { state: toState(state), counts: null, tries, startedAt, endedAt });
  }
  return found;
}

/** From the bars of a run's Gantt chart, which names every instance. */
export function statusesOfBars(bars: Gantt["instances"]): Map<string, Status> {
  const rows: MappedRow[] = [];
  const cells: GridRun["cells"] = [];
  for (const [taskId, mapIndex, state, tries, startedAt, endedAt] of bars) {
    if (mapIndex < 0) cells.push([taskId, state, tries, startedAt, endedAt, 0]);
    else rows.push([taskId, state, 1, tries, startedAt, endedAt]);
  }
  return statusesOf({ cells, mapped: rows as GridRun["mapped"] });
}

/** Of several tasks, how many are in which state; a mapped task counts as one. */
export function countsOf(tasks: readonly string[], statuses: Statuses): Counts {
  const counts = new Map<State, number>();
  for (const id of tasks) {
    const state = statuses.get(id)?.state ?? "none";
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return inOrder(counts);
}

/** The state that several tasks have together. */
export function together(tasks: readonly string[], statuses: Statuses): State {
  return worst(tasks.map((id) => statuses.get(id)?.state ?? "none"));
}

/** Whether all of them were left out. */
export function areSkipped(tasks: readonly string[], statuses: Statuses): boolean {
  return tasks.length > 0 && tasks.every((id) => statuses.get(id)?.state === "skipped");
}
