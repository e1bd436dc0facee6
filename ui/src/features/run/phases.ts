/** What the time of a run was spent on. */

const PHASES = ["waiting", "startup", "running", "retry_delay"] as const;

interface Total {
  phase: string;
  seconds: number;
}

/** Seconds by phase, whatever the reason, in the order of an attempt's life. */
export function byPhase(totals: readonly Total[]): (readonly [string, number])[] {
  return PHASES.flatMap((phase) => {
    const own = totals.filter((total) => total.phase === phase);
    if (own.length === 0) return [];
    return [[phase, own.reduce((sum, total) => sum + total.seconds, 0)] as const];
  });
}
