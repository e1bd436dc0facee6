/** What an entry says has changed, place by place. */

type Json = Readonly<Record<string, unknown>>;

export type Became = "added" | "removed" | "changed" | "same";

export interface Difference {
  /** `slots`, `schedule.zone`. */
  place: string;
  became: Became;
  before: unknown;
  after: unknown;
}

const SEPARATOR = ".";

/** Every place of both sides: what differs first, then what is as it was. */
export function differences(before: Json | null, after: Json | null): Difference[] {
  const [was, is] = [flat(before ?? {}), flat(after ?? {})];
  const places = [...new Set([...was.keys(), ...is.keys()])];
  const found = places.map((place): Difference => {
    const [old, now] = [was.get(place), is.get(place)];
    const became = !was.has(place)
      ? "added"
      : !is.has(place)
        ? "removed"
        : isSame(old, now)
          ? "same"
          : "changed";
    return { place, became, before: old, after: now };
  });
  return [
    ...found.filter(({ became }) => became !== "same"),
    ...found.filter(({ became }) => became === "same"),
  ];
}

/** Objects within objects as one level; lists stay whole. */
function flat(value: Json, prefix = ""): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [name, inside] of Object.entries(value)) {
    const place = prefix + name;
    if (isObject(inside) && Object.keys(inside).length > 0) {
      for (const [deeper, each] of flat(inside, place + SEPARATOR)) found.set(deeper, each);
    } else {
      found.set(place, inside);
    }
  }
  return found;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** A value on one line: texts as they are unless they are empty, everything else as JSON. */
export function plain(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value);
}

const SHOWN = 2;

/** A few of the differences in one line: `slots: 3 → 5, +1`. */
export function summary(before: Json | null, after: Json | null): string {
  const changed = differences(before, after).filter(
    // What is new and says nothing is not worth the room.
    ({ became, before: old, after: now }) =>
      became === "changed" ||
      (became === "added" && !isNothing(now)) ||
      (became === "removed" && !isNothing(old)),
  );
  const words = changed.slice(0, SHOWN).map(oneLine);
  if (changed.length > SHOWN) words.push(`+${changed.length - SHOWN}`);
  return words.join(", ");
}

/** The details in one line: `pool: db`. */
export function detailLine(extra: string | null): string {
  const details = readDetails(extra);
  if (details === null || typeof details === "string") return details ?? "";
  return Object.entries(details)
    .filter(([, value]) => !isNothing(value))
    .map(([name, value]) => `${name}: ${plain(value)}`)
    .join(", ");
}

/** What changed in a line; of what is new or gone rather what is told about it. */
export function changeLine(before: Json | null, after: Json | null, extra: string | null): string {
  const changed = summary(before, after);
  if (before !== null && after !== null && changed !== "") return changed;
  return detailLine(extra) || changed;
}

function isNothing(value: unknown): boolean {
  return value === null || value === "" || JSON.stringify(value) === "{}" || value === false;
}

function oneLine({ place, became, before, after }: Difference): string {
  if (became === "added") return `${place}: ${plain(after)}`;
  if (became === "removed") return `${place}: ${plain(before)} → ∅`;
  return `${place}: ${plain(before)} → ${plain(after)}`;
}

/** The details of an entry: a JSON object, or whatever else was written. */
export function readDetails(extra: string | null): Json | string | null {
  if (extra === null || extra === "") return null;
  try {
    const found: unknown = JSON.parse(extra);
    return isObject(found) ? found : extra;
  } catch {
    return extra;
  }
}
