/** Several runs at once: one for each date, or one for each line of JSON. */

import { fromWallClock } from "../../lib/time";
import { readObject, type Conf } from "./conf";

/** So many runs may be asked for at once; what is more is a backfill. */
export const RUNS_MAX = 100;

export interface Line<T> {
  /** From 1. */
  number: number;
  /** As it was typed. */
  text: string;
  value: T;
}

export interface Lines<T> {
  found: readonly Line<T>[];
  /** Numbers of lines that can't be read, from 1. */
  wrong: readonly number[];
}

function readLines<T>(text: string, read: (line: string) => T | null): Lines<T> {
  const found: Line<T>[] = [];
  const wrong: number[] = [];
  text.split("\n").forEach((line, index) => {
    if (line.trim() === "") return;
    const value = read(line.trim());
    if (value === null) wrong.push(index + 1);
    else found.push({ number: index + 1, text: line.trim(), value });
  });
  return { found, wrong };
}

const WALL_CLOCK = /^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?$/;
const WITH_OFFSET = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$/i;

/** A date, or a date and time, by the clock of a zone unless it brings an offset. */
export function readMoment(text: string, zone: string): string | null {
  const line = text.trim();
  if (WITH_OFFSET.test(line)) {
    const at = Date.parse(line.replace(" ", "T"));
    return Number.isNaN(at) ? null : new Date(at).toISOString();
  }
  if (!WALL_CLOCK.test(line)) return null;
  const [date = "", time = "00:00:00"] = line.split(/[ T]/);
  if (Number.isNaN(Date.parse(`${date}T00:00:00Z`))) return null;
  return fromWallClock(`${date} ${time.length === 5 ? `${time}:00` : time}`, zone);
}

/** A date on each line; the same one twice is wrong: there is one run of a logical date. */
export function readMoments(text: string, zone: string): Lines<string> {
  const seen = new Set<string>();
  return readLines(text, (line) => {
    const at = readMoment(line, zone);
    if (at === null || seen.has(at)) return null;
    seen.add(at);
    return at;
  });
}

/** A JSON object on each line: what differs from the form. */
export function readConfs(text: string, base: Conf): Lines<Conf> {
  return readLines(text, (line) => {
    const own = readObject(line);
    return own && { ...base, ...own };
  });
}
