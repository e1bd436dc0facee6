/** Which versions of a DAG's code there are: numbered ones, and those that only runs know. */

export interface Place {
  /** How the API and the address name it: a number, or a code version. */
  ref: string;
  number: number | null;
  code: string | null;
  since: string;
}

interface VersionRow {
  version_number: number;
  bundle_version: string | null;
  created_at: string;
}

interface RunRow {
  bundle_version: string | null;
  queued_at: string | null;
  run_after: string;
}

interface Known {
  /** The latest first. */
  versions: readonly VersionRow[];
  runs: readonly RunRow[];
  /** As the file was read last. */
  latest: { code: string | null; at: string };
}

/** The latest first. A code version stands for itself where no version came with it. */
export function placesOf({ versions, runs, latest }: Known): Place[] {
  const places: Place[] = versions.map((row) => ({
    ref: String(row.version_number),
    number: row.version_number,
    code: row.bundle_version,
    since: row.created_at,
  }));
  const known = new Set(places.map((place) => place.code));
  const add = (code: string | null, since: string) => {
    if (code === null || known.has(code)) return;
    known.add(code);
    places.push({ ref: code, number: null, code, since });
  };
  add(latest.code, latest.at);
  for (const run of runs) add(run.bundle_version, run.queued_at ?? run.run_after);
  return places.toSorted((one, other) => Date.parse(other.since) - Date.parse(one.since));
}

/** What the address says as the API's name of a version. */
export function refOf(number: number | undefined, code: string | undefined): string | undefined {
  return code ?? (number === undefined ? undefined : String(number));
}

const NUMBER = /^\d{1,9}$/;

/** The other way: a number, or a code version. */
export function addressOf(ref: string | undefined): { number?: number; code?: string } {
  if (ref === undefined) return {};
  return NUMBER.test(ref) ? { number: Number(ref) } : { code: ref };
}

/** The version before this one: what one wants to compare with first. */
export function beforeOf(places: readonly Place[], ref: string): Place | undefined {
  const at = places.findIndex((place) => place.ref === ref);
  return at < 0 ? undefined : places[at + 1];
}

const SHORT = 8;

export function shortCode(code: string): string {
  return code.slice(0, SHORT);
}
