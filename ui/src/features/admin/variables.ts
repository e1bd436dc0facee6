/** Variables as a JSON file: names and values, as `airflow variables export` and Narae's write it. */

interface Variable {
  key: string;
  value: string;
}

/** Values that are JSON stay JSON; what is hidden in whole or in part is left out. */
export function exportedVariables(variables: readonly Variable[]): string {
  const found = variables
    .filter(({ value }) => !value.includes("***"))
    .map(({ key, value }) => [key, parsed(value)] as const);
  return `${JSON.stringify(Object.fromEntries(found), null, 2)}\n`;
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : text;
  } catch {
    return text;
  }
}

/** The entries of such a file; an error that says what is wrong with it otherwise. */
export function importedVariables(text: string): { key: string; value: unknown }[] {
  const content: unknown = JSON.parse(text);
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new Error("the file has to be one JSON object of names and values");
  }
  return Object.entries(content).map(([key, value]) => ({ key, value }));
}
