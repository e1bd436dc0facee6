/** Which DAGs are listed, and in which order. All of it works on 10,000 rows within a frame. */

import { folded, type DagRow, type RunState } from "./rows";

export const STATUSES = ["all", "active", "paused"] as const;
export type Status = (typeof STATUSES)[number];

export const CONDITIONS = ["running", "queued", "failed", "success", "broken"] as const;
/** What is going on: runs that run or are queued, how the latest ended, a file with an error. */
export type Condition = (typeof CONDITIONS)[number];

export interface DagFilter {
  q?: string | undefined;
  status?: string | undefined;
  state?: string | undefined;
  tags?: readonly string[] | undefined;
  owners?: readonly string[] | undefined;
  favourite?: boolean | undefined;
}

const MEETS: Record<Condition, (row: DagRow) => boolean> = {
  running: (row) => row.running > 0,
  queued: (row) => row.queued > 0,
  failed: (row) => row.latest?.state === "failed",
  success: (row) => row.latest?.state === "success",
  broken: (row) => row.isBroken,
};

export function toStatus(word: string | undefined): Status {
  return STATUSES.find((status) => status === word) ?? "all";
}

export function toCondition(word: string | undefined): Condition | null {
  return CONDITIONS.find((condition) => condition === word) ?? null;
}

/** What a filter asks of each row, apart from its status and condition. */
function basic(filter: DagFilter): (row: DagRow) => boolean {
  const words = folded(filter.q ?? "")
    .split(/\s+/)
    .filter((word) => word !== "");
  const tags = filter.tags ?? [];
  const owners = new Set(filter.owners);
  return (row) =>
    words.every((word) => row.haystack.includes(word)) &&
    tags.every((tag) => row.tags.includes(tag)) &&
    (owners.size === 0 || row.owners.some((owner) => owners.has(owner))) &&
    (!filter.favourite || row.isFavourite);
}

export interface Found {
  rows: DagRow[];
  /** How many there would be with another status or condition. */
  statuses: Record<Status, number>;
  conditions: Record<Condition, number>;
}

/** The rows that match, in the order in which they are given. */
export function findDags(rows: readonly DagRow[], filter: DagFilter): Found {
  const matches = basic(filter);
  const status = toStatus(filter.status);
  const condition = toCondition(filter.state);
  const statuses = { all: 0, active: 0, paused: 0 };
  const conditions = { running: 0, queued: 0, failed: 0, success: 0, broken: 0 };
  const found: DagRow[] = [];
  for (const row of rows) {
    if (!matches(row)) continue;
    const hasStatus = status === "all" || (status === "paused") === row.isPaused;
    const meets = condition === null || MEETS[condition](row);
    if (meets) {
      statuses.all += 1;
      statuses[row.isPaused ? "paused" : "active"] += 1;
    }
    if (hasStatus) for (const each of CONDITIONS) if (MEETS[each](row)) conditions[each] += 1;
    if (hasStatus && meets) found.push(row);
  }
  return { rows: found, statuses, conditions };
}

const STATE_ORDER: Record<RunState | "none", number> = {
  failed: 0,
  running: 1,
  queued: 2,
  success: 3,
  none: 4,
};

/** Numbers from small to large, what has none last. */
type Measure = (row: DagRow) => number;
const LAST = Number.MAX_SAFE_INTEGER;

const MEASURES: Record<string, Measure> = {
  state: (row) => STATE_ORDER[row.latest?.state ?? "none"],
  latest: (row) => row.latest?.runAfter ?? LAST,
  next: (row) => (row.isPaused ? LAST : (row.nextRunAfter ?? LAST)),
  running: (row) => row.running,
};

/** Orders like `load_9` before `load_10`. A collator would take ten times as long. */
function orderKey(text: string): string {
  return folded(text).replace(/\d+/g, (digits) => digits.padStart(12, "0"));
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const TEXTS: Record<string, (row: DagRow) => string> = {
  name: (row) => row.name,
  owner: (row) => row.owners[0] ?? "",
};

export const SORTS = ["name", "-latest", "next", "state", "-running", "owner"] as const;

/** All rows in an order: a name of `MEASURES` or `TEXTS`, with `-` in front the other way round. */
export function sortDags(rows: readonly DagRow[], sort: string | undefined): DagRow[] {
  const isDown = sort?.startsWith("-") ?? false;
  const name = (isDown ? sort?.slice(1) : sort) ?? "name";
  const way = isDown ? -1 : 1;
  const measure = MEASURES[name];
  const text = TEXTS[name] ?? TEXTS.name;
  const keyed = rows.map((row) => ({
    row,
    number: measure ? measure(row) : 0,
    text: !measure && text ? orderKey(text(row)) : "",
    name: orderKey(row.name),
  }));
  keyed.sort(
    (a, b) =>
      compareNumbers(a.number, b.number, way) ||
      way * compare(a.text, b.text) ||
      compare(a.name, b.name),
  );
  return keyed.map(({ row }) => row);
}

/** What has no value stays last whichever way. */
function compareNumbers(a: number, b: number, way: number): number {
  if (a === b) return 0;
  if (a === LAST) return 1;
  if (b === LAST) return -1;
  return way * (a - b);
}

/** Every tag and owner that there is, by name. */
export function namesIn(rows: readonly DagRow[]): { tags: string[]; owners: string[] } {
  const tags = new Set<string>();
  const owners = new Set<string>();
  for (const row of rows) {
    for (const tag of row.tags) tags.add(tag);
    for (const owner of row.owners) owners.add(owner);
  }
  const sorted = (names: Set<string>) =>
    [...names].toSorted((a, b) => compare(orderKey(a), orderKey(b)));
  return { tags: sorted(tags), owners: sorted(owners) };
}
