/** The tabs of a DAG's page, and the keys that lead to them. */

export const TABS = [
  "grid",
  "graph",
  "gantt",
  "calendar",
  "durations",
  "runs",
  "tasks",
  "backfills",
  "code",
  "details",
  "audit",
] as const;

export type Tab = (typeof TABS)[number];

/** The tab that an address shows. */
export function tabOf(pathname: string): Tab {
  const last = pathname.replace(/\/$/, "").split("/").at(-1);
  return TABS.find((tab) => tab === last) ?? "grid";
}

/** Where a key leads from a tab: `1` to `9` by number, `[` and `]` to the neighbours. */
export function tabFor(key: string, here: Tab): Tab | null {
  if (/^[1-9]$/.test(key)) return TABS[Number(key) - 1] ?? null;
  const step = { "[": -1, "]": 1 }[key];
  if (step === undefined) return null;
  return TABS[(TABS.indexOf(here) + step + TABS.length) % TABS.length] ?? null;
}
