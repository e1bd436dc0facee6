/** The compact list of all DAGs as objects that can be searched. */

import type { Answer } from "../../api/query";
import type { Timetable } from "../../lib/timetable";

export type DagTable = Answer<"/api/v2/ui/dags">;
type RawRow = DagTable["rows"][number];
export type RunState = NonNullable<RawRow[13]>;

interface LatestRun {
  id: string;
  state: RunState;
  runAfter: number;
  startedAt: number | null;
  endedAt: number | null;
}

export interface DagRow {
  id: string;
  name: string;
  description: string | null;
  owners: readonly string[];
  tags: readonly string[];
  isPaused: boolean;
  isBroken: boolean;
  isFavourite: boolean;
  scheduleText: string;
  timetable: Timetable;
  timezone: string;
  nextRunAfter: number | null;
  latest: LatestRun | null;
  running: number;
  queued: number;
  runsMax: number;
  file: string;
  /** Everything that a search looks at, folded. */
  haystack: string;
}

/** As it is compared: composed, so that Korean from any keyboard or file system matches. */
export function folded(text: string): string {
  return text.normalize("NFC").toLowerCase();
}

function latestRun(raw: RawRow): LatestRun | null {
  const [id, state, runAfter] = [raw[12], raw[13], raw[14]];
  if (id === null || state === null) return null;
  return { id, state, runAfter: runAfter ?? 0, startedAt: raw[15], endedAt: raw[16] };
}

export function dagRow(raw: RawRow): DagRow {
  const [id, name, description, owners, tags] = raw;
  const searched = [id, name, ...tags, ...owners, description ?? ""];
  return {
    id,
    name,
    description,
    owners,
    tags,
    isPaused: raw[5] === 1,
    isBroken: raw[6] === 1,
    isFavourite: raw[7] === 1,
    scheduleText: raw[8],
    timetable: raw[9] as unknown as Timetable,
    timezone: raw[10],
    nextRunAfter: raw[11],
    latest: latestRun(raw),
    running: raw[17],
    queued: raw[18],
    runsMax: raw[19],
    file: raw[20],
    // A line break between, so that no word matches across two of them.
    haystack: folded(searched.join("\n")),
  };
}

const kept = new WeakMap<RawRow, DagRow>();

/** Rows of an answer; a row that has not changed since the answer before is the same object. */
export function dagRows(table: DagTable): DagRow[] {
  return table.rows.map((raw) => {
    const known = kept.get(raw);
    if (known) return known;
    const row = dagRow(raw);
    kept.set(raw, row);
    return row;
  });
}

/** The table with one DAG changed, for showing at once what has been asked for. */
export function withChange(
  table: DagTable,
  dagId: string,
  change: { isPaused?: boolean; isFavourite?: boolean },
): DagTable {
  const rows = table.rows.map((raw) => {
    if (raw[0] !== dagId) return raw;
    const next: RawRow = [...raw];
    if (change.isPaused !== undefined) next[5] = change.isPaused ? 1 : 0;
    if (change.isFavourite !== undefined) next[7] = change.isFavourite ? 1 : 0;
    return next;
  });
  return { ...table, rows };
}
