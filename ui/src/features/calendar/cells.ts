/** What a day or an hour of the calendar shows. */

import type { Answer } from "../../api/query";

export type Plan = Answer<"/api/v2/ui/calendar/{dag_id}">;
export type Cell = Plan["cells"][number];
export type Change = Plan["changes"][number];
export type RunState = "success" | "failed" | "running" | "queued";

/** What the colours stand for: the worst state, or the share that failed. */
export type View = "state" | "failed";

const STATES: readonly RunState[] = ["failed", "running", "queued", "success"];

export function total(cell: Cell): number {
  return STATES.reduce((sum, state) => sum + (cell.counts[state] ?? 0), 0);
}

/** The state whose colour a cell has: what failed or is under way speaks for all. */
export function leading(cell: Cell): RunState | "planned" | null {
  const found = STATES.find((state) => (cell.counts[state] ?? 0) > 0);
  return found ?? (cell.planned > 0 ? "planned" : null);
}

/** How much of a colour a cell has, in percent: more runs, more colour. */
export function strength(count: number, highest: number): number {
  if (count <= 0 || highest <= 0) return 0;
  return Math.round(45 + 55 * Math.sqrt(Math.min(1, count / highest)));
}

/** Failed runs of all that have ended; null when none has. */
export function failedShare(cell: Cell): number | null {
  const failed = cell.counts.failed ?? 0;
  const ended = failed + (cell.counts.success ?? 0);
  return ended === 0 ? null : failed / ended;
}

/** The CSS colour of a cell; null leaves it blank. */
export function colourOf(cell: Cell, view: View, highest: number): string | null {
  const shown = leading(cell);
  if (shown === null || shown === "planned") return null;
  if (view === "failed") {
    const share = failedShare(cell);
    if (share === null) return null;
    return `color-mix(in oklab, var(--state-failed) ${Math.round(share * 100)}%, var(--state-success))`;
  }
  return `color-mix(in srgb, var(--state-${shown}) ${strength(total(cell), highest)}%, var(--mantine-color-body))`;
}

export function most(cells: readonly Cell[]): number {
  return cells.reduce((found, cell) => Math.max(found, total(cell)), 0);
}

/** By date, or by date and hour (`2026-03-02 9`); two hours of one name are one cell. */
export function byPlace(cells: readonly Cell[]): Map<string, Cell> {
  const found = new Map<string, Cell>();
  for (const cell of cells) {
    const place = cell.hour === null ? cell.date : `${cell.date} ${cell.hour}`;
    const former = found.get(place);
    found.set(place, former ? merged(former, cell) : cell);
  }
  return found;
}

function merged(first: Cell, second: Cell): Cell {
  const counts = { ...first.counts };
  for (const state of STATES) {
    const count = (first.counts[state] ?? 0) + (second.counts[state] ?? 0);
    if (count > 0) counts[state] = count;
  }
  return { ...first, counts, planned: first.planned + second.planned };
}
