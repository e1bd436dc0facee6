/** What kind of field each param of a DAG gets: read off its JSON schema, else off its value. */

import { hasHidden } from "../../components/actions/conf";

export interface Schema {
  type?: string | readonly string[];
  title?: string;
  format?: string;
  enum?: readonly unknown[];
  const?: unknown;
  examples?: readonly unknown[];
  items?: Schema;
  section?: string;
  values_display?: Readonly<Record<string, string>>;
  description_md?: string;
  [keyword: string]: unknown;
}

export interface Param {
  value: unknown;
  schema: Schema;
  description: string | null;
}

export type Kind =
  | "text"
  | "multiline"
  | "number"
  | "integer"
  | "boolean"
  | "date"
  | "date-time"
  | "time"
  | "choice"
  | "suggest"
  | "choices"
  | "lines"
  | "json";

export interface Field {
  name: string;
  kind: Kind;
  label: string;
  schema: Schema;
  /** The DAG's own value; undefined where it has none and one has to be given, or it is hidden. */
  initial: unknown;
  isNullable: boolean;
  isRequired: boolean;
  /** The DAG has a value that is not shown: it is used when none is typed. */
  isSecret: boolean;
  /** Has one value only and is not asked for. */
  isHidden: boolean;
  section: string | null;
  description: string | null;
  /** Is Markdown. */
  isMarkdown: boolean;
}

const TEXT_KINDS: Readonly<Record<string, Kind>> = {
  multiline: "multiline",
  date: "date",
  "date-time": "date-time",
  time: "time",
};

/** The types of a schema: none stands for any. */
export function typesOf(schema: Schema): readonly string[] {
  if (typeof schema.type === "string") return [schema.type];
  return Array.isArray(schema.type) ? (schema.type as readonly string[]) : [];
}

/** The type of JSON that a value has. */
export function typeOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function listKind(schema: Schema, value: unknown): Kind {
  if (schema.examples || schema.items?.enum) return "choices";
  const items = schema.items ? typesOf(schema.items) : [];
  const isOfTexts = items.length === 1 ? items[0] === "string" : !schema.items;
  return isOfTexts && (value === null || value === undefined || isTexts(value)) ? "lines" : "json";
}

export function kindOf(schema: Schema, value: unknown): Kind {
  if (schema.enum && typeOf(value) !== "array") return "choice";
  const types = typesOf(schema).filter((type) => type !== "null");
  const type = types.includes("string") ? "string" : (types[0] ?? typeOf(value));
  if (type === "boolean") return "boolean";
  if (type === "integer" || type === "number") return type;
  if (type === "object") return "json";
  if (type === "array") return listKind(schema, value);
  const ofFormat = TEXT_KINDS[schema.format ?? ""];
  if (ofFormat) return ofFormat;
  return schema.examples ? "suggest" : "text";
}

export function fieldOf(name: string, { value, schema, description }: Param): Field {
  const types = typesOf(schema);
  const isNullable = types.length === 0 ? value === null : types.includes("null");
  const isSecret = hasHidden(value);
  const hasValue = value !== null || isNullable || schema.enum?.includes(null) === true;
  return {
    name,
    kind: kindOf(schema, value),
    label: schema.title ?? name,
    schema,
    initial: hasValue && !isSecret ? value : undefined,
    isNullable,
    isRequired: !isNullable && !isSecret,
    isSecret,
    isHidden: "const" in schema,
    section: schema.section ?? null,
    description: schema.description_md ?? description,
    isMarkdown: schema.description_md !== undefined,
  };
}

export function fieldsOf(params: Readonly<Record<string, Param>>): Field[] {
  return Object.entries(params).map(([name, param]) => fieldOf(name, param));
}

/** Fields under their headings, those without one first. */
export function sectionsOf(fields: readonly Field[]): [string | null, Field[]][] {
  const found = new Map<string | null, Field[]>([[null, []]]);
  for (const field of fields) {
    if (field.isHidden) continue;
    const known = found.get(field.section);
    if (known) known.push(field);
    else found.set(field.section, [field]);
  }
  return [...found].filter(([, inside]) => inside.length > 0);
}

export interface Choice {
  /** Which value: a text that stands for it. */
  key: string;
  label: string;
  value: unknown;
}

/** What may be chosen, with the words that the DAG has for it. */
export function choicesOf(schema: Schema, chosen: unknown): Choice[] {
  const values = [...(schema.enum ?? schema.items?.enum ?? schema.examples ?? [])];
  const keys = new Set(values.map((value) => JSON.stringify(value)));
  for (const value of Array.isArray(chosen) ? chosen : []) {
    if (!keys.has(JSON.stringify(value))) values.push(value);
  }
  return values.map((value) => ({
    key: JSON.stringify(value),
    label: schema.values_display?.[String(value)] ?? plain(value),
    value,
  }));
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
