/** What the form asks for: one run, or many. */

import { confFaults, type Conf } from "./conf";
import type { Field } from "./fields";
import { readConfs, readMoments, RUNS_MAX, type Line } from "./many";

export type Count = "one" | "dates" | "confs";

export interface Settings {
  count: Count;
  runId: string;
  /** A moment with its offset; empty: now. */
  date: string;
  dates: string;
  confs: string;
  note: string;
  isUnpaused: boolean;
}

export interface Wish {
  /** What it is called where it fails. */
  name: string;
  runId: string | null;
  /** Undefined: the server takes the moment of asking. */
  date: string | undefined;
  conf: Conf;
}

/** What is to be asked for, or why that can't be told from the lines. */
export type Wishes =
  | { wishes: readonly Wish[] }
  | { fault: { key: string; values?: Record<string, string | number> } };

function manyOf<T>(
  { found, wrong }: { found: readonly Line<T>[]; wrong: readonly number[] },
  wishOf: (line: Line<T>) => Wish,
): Wishes {
  if (wrong.length > 0) return { fault: { key: "lines", values: { lines: wrong.join(", ") } } };
  if (found.length === 0) return { fault: { key: "noLines" } };
  if (found.length > RUNS_MAX) return { fault: { key: "tooMany", values: { count: RUNS_MAX } } };
  return { wishes: found.map(wishOf) };
}

/** `fields`: what each conf has to fit. */
export function wishesOf(
  settings: Settings,
  conf: Conf,
  { zone, fields }: { zone: string; fields: readonly Field[] },
): Wishes {
  if (settings.count === "dates") {
    return manyOf(readMoments(settings.dates, zone), ({ text, value }) => ({
      ...{ name: text, runId: null, date: value, conf },
    }));
  }
  if (settings.count === "confs") {
    const lines = readConfs(settings.confs, conf);
    const misfits = lines.found.filter((line) => hasFaults(fields, line.value));
    if (misfits.length > 0) {
      const numbers = misfits.map((line) => line.number).join(", ");
      return { fault: { key: "misfits", values: { lines: numbers } } };
    }
    return manyOf(lines, ({ text, value }) => ({
      ...{ name: text, runId: null, date: undefined, conf: value },
    }));
  }
  const runId = settings.runId.trim() || null;
  return { wishes: [{ name: runId ?? "", runId, date: settings.date || undefined, conf }] };
}

function hasFaults(fields: readonly Field[], conf: Conf): boolean {
  return Object.keys(confFaults(fields, conf)).length > 0;
}
