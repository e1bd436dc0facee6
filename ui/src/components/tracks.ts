/** The columns of a table as CSS grid tracks. */

const LENGTH = /^\d*\.?\d+(?:px|rem|em|ch)$/;
/** Of tracks that say no least width, such as `1fr`. */
const LEAST = "6rem";

function least(track: string): string {
  const first = /^minmax\(([^,]+),/.exec(track)?.[1]?.trim() ?? track.trim();
  return LENGTH.test(first) ? first : LEAST;
}

/** How wide a table of these tracks is at least: below it scrolls. */
export function leastWidth(tracks: readonly string[]): string {
  return `calc(${tracks.map(least).join(" + ")})`;
}
