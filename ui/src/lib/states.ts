/** The states of runs and task instances: their colours, and in which order they matter. */

export const TASK_STATES = [
  "failed",
  "upstream_failed",
  "running",
  "restarting",
  "queued",
  "scheduled",
  "up_for_retry",
  "up_for_reschedule",
  "deferred",
  "skipped",
  "success",
  "removed",
  "none",
] as const;

export type State = (typeof TASK_STATES)[number];

export const RUN_STATES = ["failed", "running", "queued", "success"] as const;

/** Nothing more will happen by itself. */
const FINISHED: ReadonlySet<State> = new Set([
  "success",
  "failed",
  "skipped",
  "upstream_failed",
  "removed",
]);

/** A process works on it, or is about to. */
const BUSY: ReadonlySet<State> = new Set(["running", "queued", "restarting"]);

const KNOWN: ReadonlySet<string> = new Set(TASK_STATES);

/** The state behind a word of the API; `null` and what nobody knows are `none`. */
export function toState(word: string | null | undefined): State {
  return word && KNOWN.has(word) ? (word as State) : "none";
}

export function isFinished(state: State): boolean {
  return FINISHED.has(state);
}

export function isBusy(state: State): boolean {
  return BUSY.has(state);
}

/** The colour of a state as a CSS value that follows the colour scheme; see `app/theme.css`. */
export function stateColour(state: State): string {
  return `var(--state-${state})`;
}

/** The state that speaks for many: a group, a mapped task, a DAG. */
export function worst(states: Iterable<State>): State {
  const found = new Set(states);
  return TASK_STATES.find((state) => found.has(state)) ?? "none";
}
