/** Moments in filters: what a `datetime-local` field holds is the clock of the page's zone. */

import { dateTime, fromWallClock } from "../../lib/time";

/** `2026-03-02T09:00`; empty for no moment, or one that can't be read. */
export function toField(iso: string | undefined, zone: string): string {
  if (!iso || Number.isNaN(Date.parse(iso))) return "";
  return dateTime(iso, zone).slice(0, 16).replace(" ", "T");
}

/** The moment that a field says, for the address. */
export function fromField(text: string, zone: string): string | undefined {
  if (text === "") return undefined;
  const full = text.length === 16 ? `${text}:00` : text;
  return fromWallClock(full, zone) ?? undefined;
}

/** A moment of the address for the API; what is no moment is left out. */
export function moment(iso: string | undefined): string | undefined {
  if (!iso) return undefined;
  const at = Date.parse(iso);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
