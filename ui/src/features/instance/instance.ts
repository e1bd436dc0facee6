/** A task instance as its page sees it: its tries, and what is known of each. */

import type { components } from "../../api/schema";
import type { State } from "../../lib/states";
import { toState } from "../../lib/states";

type Schemas = components["schemas"];
export type Sheet = Schemas["InstanceSheet"];
export type Instance = Schemas["InstanceView"];
export type Attempt = Schemas["AttemptView"];
export type Wait = Schemas["WaitView"];

export interface InstanceKey {
  dagId: string;
  runId: string;
  taskId: string;
  /** -1: not mapped. */
  mapIndex: number;
}

/** One try. A reschedule, or a loss of its machine, has several attempts in one try. */
export interface Try {
  number: number;
  state: State;
  cause: string | null;
  words: string | null;
  startedAt: string | null;
  endedAt: string | null;
  attempts: readonly Attempt[];
}

const STATES: Readonly<Record<string, State>> = {
  succeeded: "success",
  skipped: "skipped",
  rescheduled: "up_for_reschedule",
  deferred: "deferred",
};

/** In which state an attempt left its task; while it is open, whether it has begun. */
export function stateOf(attempt: Attempt): State {
  if (attempt.cause === null) return attempt.start_date === null ? "queued" : "running";
  return STATES[attempt.cause] ?? "failed";
}

/** All tries, the latest first. The latest one is in the state of the instance. */
export function triesOf(attempts: readonly Attempt[], instance: Instance): Try[] {
  const byNumber = new Map<number, Attempt[]>();
  for (const attempt of attempts) {
    const known = byNumber.get(attempt.try_number);
    if (known) known.push(attempt);
    else byNumber.set(attempt.try_number, [attempt]);
  }
  const tries = [...byNumber].map(([number, own]) => tryOf(number, own));
  const isNow = (one: Try) => one.number === instance.try_number && showsTry(instance);
  return tries
    .map((one) => (isNow(one) ? { ...one, state: toState(instance.state) } : one))
    .toSorted((one, other) => other.number - one.number);
}

/** Whether the instance's state tells of its latest try, and not of the one that is to come. */
function showsTry({ state }: Instance): boolean {
  return !["none", "scheduled", "up_for_retry", "upstream_failed", "removed"].includes(
    toState(state),
  );
}

function tryOf(number: number, attempts: readonly Attempt[]): Try {
  const last = attempts.at(-1);
  return {
    number,
    state: last ? stateOf(last) : "none",
    cause: last?.cause ?? null,
    words: last?.words ?? null,
    startedAt: attempts.find((one) => one.start_date !== null)?.start_date ?? null,
    endedAt: last?.end_date ?? null,
    attempts,
  };
}

/** The try that the address names, else the latest; null before the first. */
export function chosenTry(tries: readonly Try[], wanted: number | undefined): Try | null {
  return tries.find((one) => one.number === wanted) ?? tries[0] ?? null;
}

/** The next try is what one waits for, and not only for its time to come. */
export function isToCome({ state }: Instance): boolean {
  return ["none", "scheduled"].includes(toState(state));
}

export const TABS = [
  "log",
  "why",
  "attempts",
  "xcom",
  "rendered",
  "mapped",
  "details",
  "docs",
] as const;
export type Tab = (typeof TABS)[number];

/** What there is to see of an instance. */
export function tabsOf(sheet: Sheet): Tab[] {
  const isMapped = sheet.instance.map_index >= 0 || (sheet.task?.is_mapped ?? false);
  return TABS.filter((tab) => {
    if (tab === "mapped") return isMapped;
    return tab !== "docs" || Boolean(sheet.doc);
  });
}

/** The tab that the address names, else the log of what has run, and the reason of what has not. */
export function chosenTab(tabs: readonly Tab[], wanted: string | undefined, hasRun: boolean): Tab {
  return tabs.find((tab) => tab === wanted) ?? (hasRun ? "log" : "why");
}

/** `SIGKILL`, of those that one meets. */
const SIGNALS: Readonly<Record<number, string>> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  4: "SIGILL",
  6: "SIGABRT",
  7: "SIGBUS",
  8: "SIGFPE",
  9: "SIGKILL",
  11: "SIGSEGV",
  13: "SIGPIPE",
  14: "SIGALRM",
  15: "SIGTERM",
  24: "SIGXCPU",
};

export function signalName(number: number): string {
  const name = SIGNALS[number];
  return name ? `${name} (${number})` : String(number);
}

/** For how long which reason kept it waiting, the longest first. */
export function waitsByCode(waits: readonly Wait[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const wait of waits) sums.set(wait.code, (sums.get(wait.code) ?? 0) + wait.seconds);
  return [...sums].toSorted(([, one], [, other]) => other - one);
}

/** Seconds of a stretch of time as the API writes it. */
export function deltaSeconds(delta: Schemas["DeltaView"] | null | undefined): number | null {
  if (!delta) return null;
  return delta.days * 86_400 + delta.seconds + delta.microseconds / 1_000_000;
}
