import { fromWallClock, offsetText } from "../../lib/time";

/** `2026-03-02 09:00:00` by a zone's clock, with its offset: `2026-03-02T09:00:00+09:00`. */
export function inZone(wallClock: string, zone: string): string | null {
  const at = fromWallClock(wallClock, zone);
  return at === null ? null : wallClock.replace(" ", "T") + offsetText(at, zone);
}
