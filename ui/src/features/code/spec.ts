/** The changes of a DAG's spec as keys of texts and what is to be put in. */

interface PartChanges {
  added: readonly string[];
  removed: readonly string[];
  changed: Readonly<Record<string, readonly string[]>>;
}

interface Changes {
  fields: readonly string[];
  tasks: PartChanges;
  groups: PartChanges;
  params: PartChanges;
}

export interface Words {
  key: string;
  values: { count: number; names: string; fields?: string };
}

const PARTS = ["tasks", "groups", "params"] as const;
/** More names than these are counted. */
const NAMES_MAX = 12;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_MAX).join(", ");
  return names.length > NAMES_MAX ? `${shown}, …` : shown;
}

/** `fieldWord`: what a field is called. */
export function wordsOf(changes: Changes, fieldWord: (name: string) => string): Words[] {
  const found: Words[] = [];
  const add = (key: string, names: readonly string[], fields?: readonly string[]) => {
    if (names.length === 0) return;
    const values = { count: names.length, names: listed(names) };
    found.push({ key, values: fields ? { ...values, fields: listed(fields) } : values });
  };
  add("fields", [...new Set(changes.fields.map(fieldWord))]);
  for (const part of PARTS) {
    const { added, removed, changed } = changes[part];
    add(`${part}.added`, added);
    add(`${part}.removed`, removed);
    for (const [fields, names] of alike(changed)) {
      add(`${part}.changed`, names, fields.split(" ").map(fieldWord));
    }
  }
  return found;
}

/** Names whose same fields changed, together. */
function alike(changed: PartChanges["changed"]): [string, string[]][] {
  const found = new Map<string, string[]>();
  for (const [name, fields] of Object.entries(changed)) {
    const key = fields.join(" ");
    found.set(key, [...(found.get(key) ?? []), name]);
  }
  return [...found];
}
