/** The critical path of a run: what every second of it was spent on. Plain values. */

import type { components } from "../../api/schema";

export type TimelineView = components["schemas"]["TimelineView"];
export type Stretch = TimelineView["stretches"][number];

export interface Total {
  phase: string;
  reason: string | null;
  seconds: number;
}

export interface Part {
  phase: string;
  /** In percent of the whole. */
  from: number;
  width: number;
}

/** Parts of the bar narrower than this, in percent, are drawn with what comes before them. */
const NARROW = 0.1;

/** What goes on has lasted until now: its last stretch is longer than when it was told. */
export function grown(view: TimelineView, now: number): readonly Stretch[] {
  const last = view.stretches.at(-1);
  const more = (now - Date.parse(view.until)) / 1000;
  if (view.ended || !last || more <= 0) return view.stretches;
  return [...view.stretches.slice(0, -1), { ...last, seconds: last.seconds + more }];
}

export function sum(parts: readonly { seconds: number }[]): number {
  return parts.reduce((found, part) => found + part.seconds, 0);
}

/** How long each phase took for one reason, the longest first. */
export function totals(stretches: readonly Stretch[]): Total[] {
  const found = new Map<string, Total>();
  for (const { phase, reason, seconds } of stretches) {
    const key = `${phase} ${reason}`;
    const former = found.get(key)?.seconds ?? 0;
    found.set(key, { phase, reason, seconds: former + seconds });
  }
  return [...found.values()].toSorted((a, b) => b.seconds - a.seconds);
}

/** The bar: neighbours of one phase are one part, and all of it is covered. */
export function bar(stretches: readonly Stretch[]): Part[] {
  const whole = sum(stretches);
  if (whole <= 0) return [];
  const found: Part[] = [];
  let at = 0;
  for (const { phase, seconds } of stretches) {
    const width = (seconds / whole) * 100;
    const last = found.at(-1);
    if (last && (last.phase === phase || width < NARROW)) last.width += width;
    else found.push({ phase, from: at, width });
    at += width;
  }
  return found;
}

/** A share in whole percent; what is there is never called 0. */
export function percent(seconds: number, whole: number): string {
  const share = whole > 0 ? (seconds / whole) * 100 : 0;
  return share > 0 && share < 1 ? "< 1 %" : `${Math.round(share)} %`;
}
