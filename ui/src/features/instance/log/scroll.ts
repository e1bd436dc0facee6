/** Geometry of a list that may have ten million rows, of which some dozen exist.
 *
 * Browsers draw no element higher than some 30 million pixels, so a long log's scroll bar is
 * shorter than the log: each of its pixels stands for several lines. Rows that exist are laid out
 * one after the other in a block. Little steps move over the block pixel by pixel; where a jump
 * leaves it, it is made anew at the place that the scroll bar shows. */

/** Of a line that is not broken, in pixels. */
export const ROW_PX = 20;
const HEIGHT_MAX_PX = 6_000_000;

/** Rows that exist: from `first` up to, and without, `last`. */
export interface Range {
  first: number;
  last: number;
}

/** How high the whole is taken to be. */
export function heightOf(count: number): number {
  return Math.min(count * ROW_PX, HEIGHT_MAX_PX);
}

/** How many rows fill a view. */
export function rowsIn(viewPx: number): number {
  return Math.max(10, Math.ceil(viewPx / ROW_PX));
}

/** The rows around one. */
export function around(row: number, count: number, viewPx: number): Range {
  const reach = rowsIn(viewPx) * 2;
  const first = Math.max(0, Math.min(row - reach, count - reach * 2));
  return { first, last: Math.min(count, Math.max(row + reach, first + reach * 2)) };
}

/** The range that has enough rows on both sides of those that are seen; itself if it has. */
export function extended(range: Range, seen: Range, count: number, viewPx: number): Range {
  const margin = rowsIn(viewPx);
  const isShortAbove = range.first > 0 && seen.first - range.first < margin;
  const isShortBelow = range.last < count && range.last - seen.last < margin;
  if (!isShortAbove && !isShortBelow && range.last <= count) return range;
  return {
    first: Math.max(0, Math.min(seen.first, count) - margin * 2),
    last: Math.min(count, seen.last + margin * 2),
  };
}

export interface Spot {
  row: number;
  /** Of its upper edge, below the upper edge of the view. */
  y: number;
}

/** What a scroll bar in this place points at. */
export function spotAt(scrollPx: number, heightPx: number, viewPx: number, count: number): Spot {
  const room = Math.max(1, heightPx - viewPx);
  const share = Math.min(1, Math.max(0, scrollPx / room));
  return { row: Math.round(share * Math.max(0, count - 1)), y: share * (viewPx - ROW_PX) };
}

/** Where the scroll bar has to be for a row at the upper edge. */
export function scrollFor(row: number, count: number, viewPx: number): number {
  const share = count > 1 ? Math.min(1, row / (count - 1)) : 0;
  return share * Math.max(0, heightOf(count) - viewPx);
}
