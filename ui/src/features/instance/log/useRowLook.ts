import { useMemo } from "react";

import { dateOnly } from "../../../lib/time";
import { useZone } from "../../../lib/zone";
import type { LogSummary } from "./log";
import type { RowLook } from "./LogRow";
import type { Looks } from "./looks";

/** What all rows have in common; another value only when it looks otherwise. */
export function useRowLook(
  { hasTimes, hasSources }: Looks,
  needle: string,
  summary: LogSummary | null,
): RowLook {
  const { zone } = useZone();
  const [first, last] = [summary?.first_at, summary?.last_at];
  const hasDates = Boolean(first && last && dateOnly(first, zone) !== dateOnly(last, zone));
  return useMemo(
    () => ({ zone, hasTimes, hasDates, hasSources, needle }),
    [zone, hasTimes, hasDates, hasSources, needle],
  );
}
