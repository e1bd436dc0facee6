/** The values of a form as the conf of a run, and back: from addresses, former runs and JSON. */

import { faultOf, type Fault } from "./faults";
import { typesOf, type Field, type Kind } from "./fields";

export type Conf = Readonly<Record<string, unknown>>;

/** What stands in a field but can't be read as a value yet. */
export class Unread {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): string {
    return this.text;
  }
}

/** The DAG's own values. */
export function initialConf(fields: readonly Field[]): Conf {
  return Object.fromEntries(
    fields
      .filter((field) => !field.isHidden && field.initial !== undefined)
      .map((field) => [field.name, field.initial]),
  );
}

/** With a param's value changed; undefined takes it out. */
export function withValue(conf: Conf, name: string, value: unknown): Conf {
  const { [name]: _, ...rest } = conf;
  if (value === undefined) return rest;
  return name in conf ? { ...conf, [name]: value } : { ...rest, [name]: value };
}

const UNREAD: Readonly<Partial<Record<Kind, Fault>>> = {
  json: { key: "json" },
  integer: { key: "number" },
  number: { key: "number" },
};

/** What is wrong with each param, by its name. */
export function confFaults(fields: readonly Field[], conf: Conf): Record<string, Fault> {
  const found: Record<string, Fault> = {};
  for (const field of fields) {
    const value = conf[field.name];
    if (value === undefined) {
      if (field.isRequired && field.initial === undefined) found[field.name] = { key: "required" };
      continue;
    }
    const fault = value instanceof Unread ? UNREAD[field.kind] : faultOf(value, field.schema);
    if (fault) found[field.name] = fault;
  }
  return found;
}

/** A JSON object, or null for any other text. */
export function readObject(text: string): Conf | null {
  try {
    const found: unknown = JSON.parse(text);
    const isObject = typeof found === "object" && found !== null && !Array.isArray(found);
    return isObject ? (found as Conf) : null;
  } catch {
    return null;
  }
}

/** Names of the address that say something of the run rather than of a param. */
const OF_RUN = new Set(["conf", "run_id", "logical_date", "note"]);

/** What an address such as `?conf={"a":1}&city=Seoul` says of the conf. */
export function confOfAddress(search: Conf, fields: readonly Field[]): Conf {
  const { conf } = search;
  const whole = typeof conf === "string" ? readObject(conf) : asObject(conf);
  const found: Record<string, unknown> = { ...whole };
  for (const field of fields) {
    if (OF_RUN.has(field.name) || field.isHidden || !(field.name in search)) continue;
    found[field.name] = asMeant(field, search[field.name]);
  }
  return found;
}

function asObject(value: unknown): Conf | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Conf)
    : null;
}

/** Addresses turn `5` into a number and `a` into a text, whatever the param is. */
function asMeant(field: Field, value: unknown): unknown {
  const types = typesOf(field.schema);
  const isText = types.includes("string") || typeof field.initial === "string";
  if (isText && (typeof value === "number" || typeof value === "boolean")) return String(value);
  if (field.kind === "lines" || field.kind === "choices") {
    return Array.isArray(value) ? value : [value];
  }
  return value;
}

/** A text of the address about the run itself. */
export function ofAddress(search: Conf, name: string): string {
  const value = search[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Which param an error of the server is about: `conf['city']`. */
export function paramOf(serverField: string | null): string | null {
  const found = /^conf\[(['"])(.*)\1\]$/s.exec(serverField ?? "");
  return found ? (found[2] ?? "").replace(/\\(['"\\])/g, "$1") : null;
}

/** Names a field of the run among errors by param: a param may be called `note` too. */
export function runField(name: string): string {
  return `run ${name}`;
}
