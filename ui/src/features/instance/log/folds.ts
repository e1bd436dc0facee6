/** Groups that are folded: which lines are left, and where they stand. Lines count from 1. */

import type { LogGroup } from "./log";

/** Lines that are not shown. */
export interface Gap {
  first: number;
  last: number;
}

export interface Folds {
  gaps: readonly Gap[];
  /** Lines hidden by the gaps up to and with each. */
  hidden: readonly number[];
}

export const NO_FOLDS: Folds = { gaps: [], hidden: [] };

/** What folding the groups that begin in these lines leaves out: all but their first lines. */
export function foldsOf(groups: readonly LogGroup[], folded: ReadonlySet<number>): Folds {
  const gaps: Gap[] = [];
  const found = groups.filter((group) => folded.has(group.first_line));
  for (const group of found.toSorted((a, b) => a.first_line - b.first_line)) {
    const first = group.first_line + 1;
    const last = group.last_line;
    // A group that is still open can't be folded: its lines are what one waits for.
    if (last === null || last < first) continue;
    const before = gaps.at(-1);
    if (before && first <= before.last) continue;
    gaps.push({ first, last });
  }
  let sum = 0;
  const hidden = gaps.map((gap) => (sum += gap.last - gap.first + 1));
  return { gaps, hidden };
}

/** How many of so many lines are shown. */
export function shownCount(folds: Folds, lines: number): number {
  return lines - hiddenThrough(folds, lines);
}

/** The position of a line among those that are shown, from 0 on; that of its group's head if it
 *  is folded. */
export function placeOf(folds: Folds, line: number): number {
  const gap = folds.gaps.find(({ first, last }) => first <= line && line <= last);
  const at = gap ? gap.first - 1 : line;
  return at - 1 - hiddenThrough(folds, at);
}

/** The line that stands at a position among those that are shown. */
export function lineAt(folds: Folds, place: number): number {
  let [low, high] = [0, folds.gaps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const gap = folds.gaps[middle];
    const before = middle > 0 ? (folds.hidden[middle - 1] ?? 0) : 0;
    if (gap && gap.first - 1 - before <= place) low = middle + 1;
    else high = middle;
  }
  return place + 1 + (low > 0 ? (folds.hidden[low - 1] ?? 0) : 0);
}

/** Which groups have to be unfolded so that a line is seen. */
export function groupsAround(groups: readonly LogGroup[], line: number): number[] {
  return groups
    .filter(({ first_line, last_line }) => first_line < line && line <= (last_line ?? 0))
    .map((group) => group.first_line);
}

function hiddenThrough(folds: Folds, line: number): number {
  let sum = 0;
  for (const { first, last } of folds.gaps) {
    if (first > line) break;
    sum += Math.min(last, line) - first + 1;
  }
  return sum;
}
