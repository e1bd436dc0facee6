/** Going through the lines that a search has found. Lines are in order. */

export interface Hits {
  lines: readonly number[];
  /** There are more than are kept. */
  isCapped: boolean;
  /** The search has come to the end. */
  isDone: boolean;
}

export const NO_HITS: Hits = { lines: [], isCapped: false, isDone: false };

/** The first one after a line, or the very first one; null when there is none. */
export function nextHit(lines: readonly number[], line: number): number | null {
  return lines[after(lines, line)] ?? lines[0] ?? null;
}

/** The last one before a line, or the very last one. */
export function formerHit(lines: readonly number[], line: number): number | null {
  const at = after(lines, line - 1) - 1;
  return lines[at] ?? lines.at(-1) ?? null;
}

/** Which one a line is, from 1 on; 0 when it is none. */
export function placeOfHit(lines: readonly number[], line: number): number {
  const at = after(lines, line - 1);
  return lines[at] === line ? at + 1 : 0;
}

/** How many are at or before a line. */
function after(lines: readonly number[], line: number): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle] ?? 0) <= line) low = middle + 1;
    else high = middle;
  }
  return low;
}
