/** How the task instances of a run stand. */

import { TASK_STATES, toState, type State } from "../../lib/states";

/** A run of the API's grid: task id, state, and of mapped tasks try number and how many. */
interface GridRunRows {
  cells: unknown;
  mapped: unknown;
}

export function countsOf(run: GridRunRows | undefined): (readonly [State, number])[] {
  if (!run) return [];
  const found = new Map<State, number>();
  const add = (word: string, count: number) => {
    const state = toState(word);
    found.set(state, (found.get(state) ?? 0) + count);
  };
  for (const [, state] of run.cells as [string, string][]) add(state, 1);
  for (const [, state, count] of run.mapped as [string, string, number][]) add(state, count);
  return TASK_STATES.flatMap((state) => {
    const count = found.get(state);
    return count === undefined ? [] : [[state, count] as const];
  });
}
