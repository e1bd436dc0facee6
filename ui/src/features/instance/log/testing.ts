/** A log for tests. */

import type { LogLine, LogWindow } from "./log";

export function aLine(number: number, more: Partial<LogLine> = {}): LogLine {
  return {
    number,
    timestamp: null,
    level: "info",
    source: "task",
    logger: "task",
    event: `line ${number}`,
    traceback: null,
    place: null,
    detail: {},
    is_cut: false,
    ...more,
  };
}

/** Lines from a position on, of so many. */
export function aWindow(position: number, count: number, total: number): LogWindow {
  const lines = Array.from({ length: count }, (_, index) => aLine(position + index + 1));
  return {
    lines,
    position,
    total,
    lines_total: total,
    is_exact: true,
    size_bytes: total * 100,
    has_ended: true,
    first_at: null,
    last_at: null,
  };
}
