/** What the server puts in the place of secrets. */
const HIDDEN = "***";

/** Whether some value is hidden, so that the conf can't be sent as it is shown. */
export function hasHidden(value: unknown): boolean {
  if (typeof value === "string") return value.includes(HIDDEN);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasHidden);
}
