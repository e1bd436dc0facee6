/** Figures about how long runs took. */

export interface Figures {
  mean: number;
  median: number;
  max: number;
}

/** Of at least one number. */
export function figures(seconds: readonly number[]): Figures | null {
  if (seconds.length === 0) return null;
  const sorted = seconds.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  const lower = sorted[middle - 1] ?? upper;
  return {
    mean: sorted.reduce((sum, each) => sum + each, 0) / sorted.length,
    median: sorted.length % 2 === 1 ? upper : (lower + upper) / 2,
    max: sorted.at(-1) ?? 0,
  };
}
