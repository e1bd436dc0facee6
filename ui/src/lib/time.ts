/** Moments and spans of time as text. Zones are IANA names; moments are ISO texts or epoch ms. */

export type Moment = string | number | Date;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: string, zone: string, options: Intl.DateTimeFormatOptions) {
  const key = `${language}|${zone}|${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
    formats.set(key, found);
  }
  return found;
}

function parts(at: Moment, zone: string): Record<string, string> {
  const options: Intl.DateTimeFormatOptions = {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  };
  const found: Record<string, string> = {};
  for (const part of format("en-GB", zone, options).formatToParts(new Date(at))) {
    found[part.type] = part.value;
  }
  return found;
}

/** `2026-03-02 09:00:03`, in the zone. */
export function dateTime(at: Moment, zone: string): string {
  const p = parts(at, zone);
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}`;
}

/** `2026-03-02`, in the zone. */
export function dateOnly(at: Moment, zone: string): string {
  const p = parts(at, zone);
  return `${p.year}-${p.month}-${p.day}`;
}

/** `09:00:03`, in the zone. */
export function timeOnly(at: Moment, zone: string): string {
  const p = parts(at, zone);
  return `${p.hour}:${p.minute}:${p.second}`;
}

/** How far the zone is ahead of UTC at a moment, in minutes. */
export function offsetMinutes(at: Moment, zone: string): number {
  const p = parts(at, zone);
  const local = Date.UTC(
    Number(p.year),
    Number(p.month) - 1,
    Number(p.day),
    Number(p.hour),
    Number(p.minute),
    Number(p.second),
  );
  return Math.round((local - Math.floor(new Date(at).getTime() / 1000) * 1000) / 60_000);
}

/** `+09:00`, of the zone at a moment. */
export function offsetText(at: Moment, zone: string): string {
  const minutes = offsetMinutes(at, zone);
  const size = Math.abs(minutes);
  const hh = String(Math.floor(size / 60)).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${hh}:${String(size % 60).padStart(2, "0")}`;
}

/** The moment of a wall-clock text such as `2026-03-02 09:00:03` in a zone, as an ISO text. */
export function fromWallClock(text: string, zone: string): string | null {
  const guess = Date.parse(`${text.trim().replace(" ", "T")}Z`);
  if (Number.isNaN(guess)) return null;
  const first = guess - offsetMinutes(guess, zone) * 60_000;
  const second = guess - offsetMinutes(first, zone) * 60_000;
  return new Date(second).toISOString();
}

/** `1.2 s`, `3 min 4 s`, `2 h 5 min`, `3 d 4 h`: two units at most. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "";
  if (seconds < 0) return `-${duration(-seconds)}`;
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const units: [number, string][] = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const first = units.findIndex(([size]) => whole >= size);
  const [size, name] = units[first] ?? [1, "s"];
  const [nextSize, nextName] = units[first + 1] ?? [1, "s"];
  const rest = Math.floor((whole % size) / nextSize);
  const text = `${Math.floor(whole / size)} ${name}`;
  return rest ? `${text} ${rest} ${nextName}` : text;
}

/** Seconds from one moment to another; null unless both are known. */
export function secondsBetween(
  from: Moment | null | undefined,
  until: Moment | null | undefined,
): number | null {
  if (from === null || from === undefined || until === null || until === undefined) return null;
  return (new Date(until).getTime() - new Date(from).getTime()) / 1000;
}

const STEPS: [number, Intl.RelativeTimeFormatUnit][] = [
  [60, "second"],
  [3_600, "minute"],
  [86_400, "hour"],
  [86_400 * 30, "day"],
  [86_400 * 365, "month"],
];
const UNIT_SECONDS: Partial<Record<Intl.RelativeTimeFormatUnit, number>> = {
  second: 1,
  minute: 60,
  hour: 3_600,
  day: 86_400,
  month: 86_400 * 30,
  year: 86_400 * 365,
};

/** `3 minutes ago`, `in 2 hours`. */
export function relative(at: Moment, now: number, language: string): string {
  const seconds = (new Date(at).getTime() - now) / 1000;
  const unit = STEPS.find(([limit]) => Math.abs(seconds) < limit)?.[1] ?? "year";
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  return words.format(Math.round(seconds / (UNIT_SECONDS[unit] ?? 1)), unit);
}

/** Every zone that the browser knows. */
export function allZones(): string[] {
  const zones = Intl.supportedValuesOf("timeZone");
  return zones.includes("UTC") ? zones : ["UTC", ...zones];
}
