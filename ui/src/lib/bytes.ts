const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** `1.2 MB`: decimal units, two digits that count. */
export function bytes(count: number | null | undefined): string {
  if (count === null || count === undefined) return "";
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const text = unit === 0 || value >= 9.95 ? String(Math.round(value)) : value.toFixed(1);
  return `${text} ${UNITS[unit] ?? ""}`;
}
