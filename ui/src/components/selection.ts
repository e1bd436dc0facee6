/** Which rows of a table are chosen. */

/** The keys from one to another, in either direction; the last alone when there is no first. */
export function between(keys: readonly string[], first: string | null, last: string): string[] {
  const [from, to] = [first === null ? -1 : keys.indexOf(first), keys.indexOf(last)];
  if (from < 0 || to < 0) return [last];
  return keys.slice(Math.min(from, to), Math.max(from, to) + 1);
}

/** With these keys chosen, or not. */
export function toggled(
  selected: ReadonlySet<string>,
  keys: readonly string[],
  isOn: boolean,
): ReadonlySet<string> {
  const next = new Set(selected);
  for (const key of keys) {
    if (isOn) next.add(key);
    else next.delete(key);
  }
  return next;
}
