import { useMemo } from "react";

import { useZone } from "../../../lib/zone";
import type { RowLook } from "./LogRow";
import type { Looks } from "./looks";

/** What all rows have in common; another value only when it looks otherwise. */
export function useRowLook({ hasTimes, hasSources }: Looks, needle: string): RowLook {
  const { zone } = useZone();
  return useMemo(
    () => ({ zone, hasTimes, hasSources, needle }),
    [zone, hasTimes, hasSources, needle],
  );
}
