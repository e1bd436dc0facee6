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

/** A value on one line: texts as they are, everything else as JSON. */
export function plain(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

const SHOWN = 2;

/** A few of the differences in one line: `slots: 3 → 5, +1`. */
export function summary(found: readonly Difference[]): string {
  const changed = found.filter(({ became }) => became !== "same");
  const words = changed.slice(0, SHOWN).map(oneLine);
  if (changed.length > SHOWN) words.push(`+${changed.length - SHOWN}`);
  return words.join(", ");
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
