/** How the tasks of a DAG went in its latest runs. */

import { toState, worst, type State } from "../../lib/states";

/** The rows of the API's grid, as far as they are needed: task id, state. */
type Cell = readonly [string, string, ...unknown[]];

export interface GridRunRows {
  dag_run_id: string;
  cells: unknown;
  mapped: unknown;
}

export interface Spot {
  runId: string;
  state: State;
}

/** Task id -> its state in each run that has it, in the order of the runs. */
export function historyOf(runs: readonly GridRunRows[]): ReadonlyMap<string, Spot[]> {
  const found = new Map<string, Spot[]>();
  for (const run of runs) {
    const states = new Map<string, State[]>();
    for (const [taskId, word] of [...(run.cells as Cell[]), ...(run.mapped as Cell[])]) {
      const known = states.get(taskId);
      if (known) known.push(toState(word));
      else states.set(taskId, [toState(word)]);
    }
    for (const [taskId, all] of states) {
      const spot = { runId: run.dag_run_id, state: worst(all) };
      const spots = found.get(taskId);
      if (spots) spots.push(spot);
      else found.set(taskId, [spot]);
    }
  }
  return found;
}
