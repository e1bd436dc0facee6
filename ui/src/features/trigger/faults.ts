/** Whether a value fits a JSON schema, as far as params use it; the server checks the rest. */

import { typeOf, typesOf, type Schema } from "./fields";

/** What is wrong: a key of the texts, and what is to be put in. */
export interface Fault {
  key: string;
  values?: Record<string, string | number>;
}

type Rule = (value: unknown, schema: Schema) => Fault | null;

function fault(key: string, values?: Record<string, string | number>): Fault {
  return values ? { key, values } : { key };
}

function isType(value: unknown, type: string): boolean {
  if (type === "integer") return Number.isInteger(value);
  return typeOf(value) === type;
}

const ofType: Rule = (value, schema) => {
  const types = typesOf(schema);
  if (types.length === 0 || types.some((type) => isType(value, type))) return null;
  return fault("type", { types: types.join(", ") });
};

const ofEnum: Rule = (value, schema) => {
  if (!schema.enum || schema.enum.some((each) => isSame(each, value))) return null;
  return fault("enum");
};

const ofConst: Rule = (value, schema) =>
  "const" in schema && !isSame(schema.const, value)
    ? fault("const", { value: JSON.stringify(schema.const) })
    : null;

/** Characters as JSON schema counts them: code points. */
const ofText: Rule = (value, schema) => {
  if (typeof value !== "string") return null;
  const { minLength, maxLength, pattern, format } = schema;
  const length = [...value].length;
  if (typeof minLength === "number" && length < minLength) {
    return fault("minLength", { count: minLength });
  }
  if (typeof maxLength === "number" && length > maxLength) {
    return fault("maxLength", { count: maxLength });
  }
  if (typeof pattern === "string" && !matches(value, pattern)) return fault("pattern", { pattern });
  return format !== undefined && FORMATS[format]?.(value) === false
    ? fault(`format.${format}`)
    : null;
};

const ofNumber: Rule = (value, schema) => {
  if (typeof value !== "number") return null;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (typeof minimum === "number" && value < minimum) return fault("minimum", { limit: minimum });
  if (typeof maximum === "number" && value > maximum) return fault("maximum", { limit: maximum });
  if (typeof exclusiveMinimum === "number" && value <= exclusiveMinimum) {
    return fault("exclusiveMinimum", { limit: exclusiveMinimum });
  }
  if (typeof exclusiveMaximum === "number" && value >= exclusiveMaximum) {
    return fault("exclusiveMaximum", { limit: exclusiveMaximum });
  }
  if (typeof multipleOf === "number" && !isMultiple(value, multipleOf)) {
    return fault("multipleOf", { step: multipleOf });
  }
  return null;
};

const ofList: Rule = (value, schema) => {
  if (!Array.isArray(value)) return null;
  const { minItems, maxItems, uniqueItems, items } = schema;
  if (typeof minItems === "number" && value.length < minItems) {
    return fault("minItems", { count: minItems });
  }
  if (typeof maxItems === "number" && value.length > maxItems) {
    return fault("maxItems", { count: maxItems });
  }
  if (
    uniqueItems === true &&
    new Set(value.map((each) => JSON.stringify(each))).size < value.length
  ) {
    return fault("uniqueItems");
  }
  const wrong = items ? value.findIndex((each) => faultOf(each, items) !== null) : -1;
  return wrong < 0 ? null : fault("item", { place: wrong + 1 });
};

const ofObject: Rule = (value, schema) => {
  if (typeOf(value) !== "object") return null;
  const own = value as Record<string, unknown>;
  const required = Array.isArray(schema.required) ? (schema.required as string[]) : [];
  const missing = required.find((name) => !(name in own));
  if (missing !== undefined) return fault("missing", { name: missing });
  const properties = (schema.properties ?? {}) as Record<string, Schema>;
  const wrong = Object.keys(properties).find(
    (name) => name in own && faultOf(own[name], properties[name] ?? {}) !== null,
  );
  return wrong === undefined ? null : fault("property", { name: wrong });
};

const RULES: readonly Rule[] = [ofType, ofEnum, ofConst, ofText, ofNumber, ofList, ofObject];

/** The first thing that is wrong with a value; null: it fits. */
export function faultOf(value: unknown, schema: Schema): Fault | null {
  for (const rule of RULES) {
    const found = rule(value, schema);
    if (found) return found;
  }
  return null;
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d{2}:\d{2})?$/i;

function isDate(text: string): boolean {
  const found = DATE.exec(text);
  if (!found) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.getUTCDate() === Number(found[3]);
}

const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  "date-time": (text) => /[zZ]|[+-]\d{2}:\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)),
  time: (text) => TIME.test(text),
  email: (text) => text.includes("@"),
  "idn-email": (text) => text.includes("@"),
};

/** A pattern that only Python understands is left to the server. */
function matches(text: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return true;
  }
}

function isMultiple(value: number, step: number): boolean {
  const times = value / step;
  return Math.abs(times - Math.round(times)) < 1e-9;
}

/** Whether two values of JSON are equal; the order of keys does not count. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeOf(value) !== "object") return value;
  const entries = Object.entries(value as object).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inside]) => [name, sorted(inside)]));
}
