/** Marks on an axis of time that stand at round times of a zone's clock. */

import { offsetMinutes } from "./time";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 28, 91, 182, 365].map((n) => n * DAY),
];

export interface Ticks {
  /** Milliseconds between two marks. */
  step: number;
  at: number[];
}

/** About `count` marks from `from` to `until` (ms), on the wall clock of the zone. */
export function ticks(from: number, until: number, zone: string, count: number): Ticks {
  const wanted = (until - from) / Math.max(1, count);
  const step = STEPS.find((each) => each >= wanted) ?? 365 * DAY;
  const at: number[] = [];
  const offset = (moment: number) => offsetMinutes(moment, zone) * MINUTE;
  for (let local = Math.ceil((from + offset(from)) / step) * step; ; local += step) {
    const guess = local - offset(local);
    const moment = local - offset(guess);
    if (moment > until) return { step, at };
    // An hour that clocks skip has no moment of its own: the mark before or after stands for it.
    if (moment >= from && moment > (at.at(-1) ?? -Infinity)) at.push(moment);
  }
}
