/** Figures of a log: those that the server has counted, and the lines that came since. */

import { ERRORS, type LogGroup, type LogLine, type LogSummary } from "./log";

const GROUP = "::group::";
const GROUP_END = "::endgroup::";

export type GroupMark = { kind: "group"; name: string } | { kind: "end" } | null;

/** Whether a line begins or ends a group. */
export function groupMark(line: Pick<LogLine, "event">): GroupMark {
  if (line.event.startsWith(GROUP)) return { kind: "group", name: line.event.slice(GROUP.length) };
  return line.event.startsWith(GROUP_END) ? { kind: "end" } : null;
}

/** The figures with these lines, of which some may have been counted already. */
export function grown(summary: LogSummary, lines: readonly LogLine[]): LogSummary {
  const fresh = lines.filter((line) => line.number > summary.lines);
  const last = fresh.at(-1);
  if (!summary.is_complete || !last) return summary;
  const errors = fresh.filter((line) => isError(line.level));
  return {
    ...summary,
    lines: last.number,
    levels: counted(
      summary.levels,
      fresh.map((line) => line.level),
    ),
    sources: counted(
      summary.sources,
      fresh.map((line) => line.source),
    ),
    groups: fresh.reduce<LogGroup[]>(withMark, [...summary.groups]),
    first_error_line: summary.first_error_line ?? errors[0]?.number ?? null,
    last_error_line: errors.at(-1)?.number ?? summary.last_error_line,
    last_at: last.timestamp ?? summary.last_at,
  };
}

export function isError(level: string): boolean {
  return (ERRORS as readonly string[]).includes(level);
}

/** How many lines of errors there are. */
export function errorCount(summary: LogSummary): number {
  return ERRORS.reduce((sum, level) => sum + (summary.levels[level] ?? 0), 0);
}

const ORDER = ["critical", "error", "warning", "info", "debug"];

/** Levels with their counts, the worst first, those of authors after them. */
export function levelsOf(summary: LogSummary): [string, number][] {
  return Object.entries(summary.levels).toSorted(([one], [other]) => rank(one) - rank(other));
}

function rank(level: string): number {
  const found = ORDER.indexOf(level);
  return found < 0 ? ORDER.length : found;
}

function counted(counts: Record<string, number>, names: readonly string[]): Record<string, number> {
  const found = { ...counts };
  for (const name of names) found[name] = (found[name] ?? 0) + 1;
  return found;
}

function withMark(groups: LogGroup[], line: LogLine): LogGroup[] {
  const mark = groupMark(line);
  if (mark?.kind === "group") {
    groups.push({ name: mark.name, first_line: line.number, last_line: null });
  }
  if (mark?.kind === "end") {
    const open = groups.findLastIndex((group) => group.last_line === null);
    const group = groups[open];
    if (group) groups[open] = { ...group, last_line: line.number };
  }
  return groups;
}
