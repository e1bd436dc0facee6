/** Days as columns of weeks, and hours as rows of days: plain dates, no zones. */

export interface Day {
  /** `2026-03-02`. */
  date: string;
  year: number;
  /** 0 is January. */
  month: number;
  day: number;
}

/** What is seen at once. */
export type Span = "year" | "month";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

function dayOf(ms: number): Day {
  const at = new Date(ms);
  return {
    date: at.toISOString().slice(0, 10),
    year: at.getUTCFullYear(),
    month: at.getUTCMonth(),
    day: at.getUTCDate(),
  };
}

/** Columns of seven days, Monday first; null where the year has not begun or is over. */
export function weeksOf(year: number): (Day | null)[][] {
  const first = Date.UTC(year, 0, 1);
  const end = Date.UTC(year + 1, 0, 1);
  const weekday = (new Date(first).getUTCDay() + 6) % 7;
  const weeks: (Day | null)[][] = [];
  for (let monday = first - weekday * DAY_MS; monday < end; monday += 7 * DAY_MS) {
    weeks.push(
      Array.from({ length: 7 }, (_, index) => {
        const at = monday + index * DAY_MS;
        return at < first || at >= end ? null : dayOf(at);
      }),
    );
  }
  return weeks;
}

/** The first column of each month. */
export function monthColumns(weeks: (Day | null)[][]): { month: number; column: number }[] {
  const found = new Map<number, number>();
  weeks.forEach((week, column) => {
    for (const day of week) {
      if (day && day.day <= 7 && !found.has(day.month)) found.set(day.month, column);
    }
  });
  return [...found].map(([month, column]) => ({ month, column }));
}

/** The days of a month. */
export function daysOf(year: number, month: number): Day[] {
  const days: Day[] = [];
  for (let at = Date.UTC(year, month, 1); dayOf(at).month === month; at += DAY_MS) {
    days.push(dayOf(at));
  }
  return days;
}

/** The day after `2026-03-02`, or of `2026-03-02 09:00` the hour after, as a clock's words. */
export function nextOf(name: string): string {
  const [date = "", hour] = name.split(" ");
  const at = Date.parse(`${date}T${hour ?? "00:00"}:00Z`);
  return new Date(at + (hour === undefined ? DAY_MS : HOUR_MS)).toISOString().slice(0, 19);
}

/** `2026` or `2026-03` of an address; null where it says nothing of the kind. */
export function periodOf(span: Span, text: string | undefined): string | null {
  const shape = span === "year" ? /^(19|20)\d\d$/ : /^(19|20)\d\d-(0[1-9]|1[0-2])$/;
  return text !== undefined && shape.test(text) ? text : null;
}

/** `2026-03` and so many months on. */
export function movedMonth(text: string, by: number): string {
  const [year = 1970, month = 1] = text.split("-").map(Number);
  return dayOf(Date.UTC(year, month - 1 + by, 1)).date.slice(0, 7);
}
