/** The instances of a mapped task: rows of the API as objects, and which of them are shown. */

import type { components } from "../../api/schema";
import { TASK_STATES, toState, type State } from "../../lib/states";

export type MappedAnswer = components["schemas"]["MappedView"];

export interface MappedRow {
  mapIndex: number;
  state: State;
  tryNumber: number;
  /** Milliseconds since 1970. */
  queuedAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
  label: string | null;
  hasNote: boolean;
}

export function rowsOf(answer: MappedAnswer): MappedRow[] {
  return answer.rows.map(
    ([mapIndex, state, tryNumber, queuedAt, startedAt, endedAt, label, note]) => ({
      mapIndex,
      state: toState(state),
      tryNumber,
      queuedAt,
      startedAt,
      endedAt,
      label,
      hasNote: note === 1,
    }),
  );
}

/** States that occur with their counts, those that matter most first. */
export function countsOf(answer: MappedAnswer): [State, number][] {
  return TASK_STATES.flatMap((state) => {
    const count = answer.counts[state] ?? 0;
    return count > 0 ? [[state, count] as [State, number]] : [];
  });
}

export function totalOf(answer: MappedAnswer): number {
  return Object.values(answer.counts).reduce((sum, count) => sum + count, 0);
}

const VALUES: Readonly<Record<string, (row: MappedRow, now: number) => number | string>> = {
  index: (row) => row.mapIndex,
  label: (row) => row.label ?? "",
  state: (row) => TASK_STATES.indexOf(row.state),
  try: (row) => row.tryNumber,
  started: (row) => row.startedAt ?? Number.POSITIVE_INFINITY,
  duration: (row, now) => spentMs(row, now) ?? -1,
};

/** How long it has run; null before it began. */
export function spentMs(row: MappedRow, now: number): number | null {
  if (row.startedAt === null) return null;
  return (row.endedAt ?? now) - row.startedAt;
}

interface Choice {
  state: State | null;
  text: string;
  /** `duration`, or `-duration` for the longest first. */
  sort: string;
}

/** The rows that match, in order. A text is part of a label, or a whole index. */
export function shownRows(rows: readonly MappedRow[], choice: Choice, now: number): MappedRow[] {
  const wanted = choice.text.trim().toLowerCase();
  const found = rows.filter((row) => {
    if (choice.state !== null && row.state !== choice.state) return false;
    if (wanted === "") return true;
    return String(row.mapIndex) === wanted || (row.label ?? "").toLowerCase().includes(wanted);
  });
  const isDown = choice.sort.startsWith("-");
  const value = VALUES[isDown ? choice.sort.slice(1) : choice.sort] ?? VALUES.index;
  if (!value) return found;
  return found.toSorted((one, other) => {
    const order = compared(value(one, now), value(other, now));
    return (isDown ? -order : order) || one.mapIndex - other.mapIndex;
  });
}

function compared(one: number | string, other: number | string): number {
  if (typeof one === "string" || typeof other === "string") {
    return String(one).localeCompare(String(other));
  }
  return one === other ? 0 : one < other ? -1 : 1;
}
