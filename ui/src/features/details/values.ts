/** Settings as people read them. */

import { duration } from "../../lib/time";

const ISO_SPAN = /^(-?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Seconds of an ISO 8601 stretch of time such as `PT7200S` or `P1DT2H`; null if it is none. */
export function isoSeconds(text: string | null): number | null {
  const match = text === null ? null : ISO_SPAN.exec(text);
  if (!match) return null;
  const [weeks, days, hours, minutes, seconds] = match.slice(2).map((part) => Number(part ?? 0));
  const total =
    (weeks ?? 0) * 604_800 +
    (days ?? 0) * 86_400 +
    (hours ?? 0) * 3_600 +
    (minutes ?? 0) * 60 +
    (seconds ?? 0);
  return match[1] === "-" ? -total : total;
}

/** Settings of tasks whose values are seconds. */
const SPANS: ReadonlySet<string> = new Set(["retry_delay", "max_retry_delay", "execution_timeout"]);

interface Words {
  yes: string;
  no: string;
  none: string;
}

/** A setting's value in a few letters. */
export function valueText(name: string, value: unknown, words: Words): string {
  if (value === null || value === undefined || value === "") return words.none;
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (typeof value === "number") return SPANS.has(name) ? duration(value) || "0 s" : String(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** `integer, at least 1, at most 9`: what a param's schema asks for, as pairs of key and value. */
export function constraintsOf(schema: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(schema)
    .filter(([name]) => CONSTRAINTS.has(name))
    .map(([name, value]) => [name, plain(value)]);
}

const CONSTRAINTS: ReadonlySet<string> = new Set([
  "type",
  "format",
  "enum",
  "const",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "pattern",
  "minItems",
  "maxItems",
]);

function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(plain).join(" | ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** An address that a link may lead to; null for scripts and the like. */
export function safeAddress(text: string | undefined): string | null {
  return text !== undefined && /^(https?:\/\/|mailto:)/i.test(text) ? text : null;
}
