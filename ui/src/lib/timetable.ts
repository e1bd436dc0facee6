/** When a DAG runs, as the API says it: `type` and what belongs to it. */

interface Step {
  seconds?: number;
  years?: number;
  months?: number;
  days?: number;
  absolute?: Record<string, number>;
}

export type Timetable =
  | { type: "never" | "once" | "continuous" }
  | { type: "cron_interval"; expression: string; timezone?: string }
  | { type: "cron_trigger"; expressions: readonly string[]; timezone?: string }
  | { type: "delta_interval" | "delta_trigger"; step: Step; timezone?: string }
  | { type: "events"; moments: readonly string[]; description?: string }
  | { type: "assets"; description?: string }
  | { type: "assets_or_time"; timetable: Timetable }
  | { type: "custom"; classpath: string; description?: string };

export type SpanUnit = "year" | "month" | "week" | "day" | "hour" | "minute" | "second";

const PRESETS: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@quarterly": "0 0 1 */3 *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};

/** An expression whose words are simple, or the fields for a library to read (seconds first). */
export type Cron =
  | { kind: "minutely" }
  | { kind: "hourly"; minute: number }
  | { kind: "daily"; at: string }
  | { kind: "other"; fields: string };

const NUMBER = /^\d{1,2}$/;

/** Reads an expression of five fields, or six with the seconds last, or a preset. */
export function readCron(expression: string): Cron {
  const fields = (PRESETS[expression.trim().toLowerCase()] ?? expression).trim().split(/\s+/);
  const [minute = "", hour = "", day, month, weekday, second] = fields;
  const isEachDay = day === "*" && month === "*" && weekday === "*";
  if (isEachDay && (second === undefined || second === "0")) {
    if (minute === "*" && hour === "*") return { kind: "minutely" };
    if (NUMBER.test(minute) && hour === "*") return { kind: "hourly", minute: Number(minute) };
    if (NUMBER.test(minute) && NUMBER.test(hour)) {
      return { kind: "daily", at: `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}` };
    }
  }
  const ordered = fields.length === 6 ? [second, ...fields.slice(0, 5)] : fields;
  return { kind: "other", fields: ordered.join(" ") };
}

const SECONDS_OF: readonly (readonly [SpanUnit, number])[] = [
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** A step as counts of units, the largest first: `[["hour", 1], ["minute", 30]]`. */
export function spanOf(step: Step): [SpanUnit, number][] {
  const found: [SpanUnit, number][] = [];
  const calendar: [SpanUnit, number | undefined][] = [
    ["year", step.years],
    ["month", step.months],
    ["day", step.days],
  ];
  for (const [unit, count] of calendar) if (count) found.push([unit, count]);
  let rest = step.seconds ?? 0;
  for (const [unit, size] of SECONDS_OF) {
    const count = Math.floor(rest / size);
    if (unit === "week" && rest % size !== 0) continue;
    if (count > 0) found.push([unit, count]);
    rest -= count * size;
  }
  if (rest > 0) found.push(["second", Math.round(rest * 1000) / 1000]);
  return found;
}

/** `1 hour 30 minutes`, `1시간 30분`. */
export function spanInWords(span: readonly (readonly [SpanUnit, number])[], language: string) {
  return span
    .map(([unit, count]) =>
      new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(count),
    )
    .join(" ");
}

/** The schedule as its author wrote it, with its zone: for those who read cron. */
export function scheduleSource(text: string, timetable: Timetable): string {
  const zone = "timezone" in timetable ? timetable.timezone : undefined;
  const own = timetable.type === "cron_trigger" ? timetable.expressions.join(" | ") : text;
  return zone ? `${own} (${zone})` : own;
}
