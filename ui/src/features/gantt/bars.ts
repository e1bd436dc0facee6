/** A run over time as rows of segments: plain values, milliseconds since 1970. */

import type { Answer } from "../../api/query";
import { toState, worst, type State } from "../../lib/states";

export type Gantt = Answer<"/api/v2/ui/gantt/{dag_id}/{dag_run_id}">;

export type Phase = "waiting" | "startup" | "running";

export interface Segment {
  phase: Phase;
  from: number;
  until: number;
  tryNumber: number;
  /** Of a wait: what was in the way. */
  reason: string | null;
  /** Of the last part of an attempt: how it ended, null while it goes on. */
  cause: string | null;
}

export interface Bar {
  key: string;
  taskId: string;
  /** -1: not mapped, or all instances of a mapped task. */
  mapIndex: number;
  /** How many instances the row stands for. */
  count: number;
  isOpen: boolean;
  depth: number;
  state: State;
  segments: readonly Segment[];
  /** Parts of the run's critical path. */
  critical: readonly (readonly [number, number])[];
  /** What holds it back now. */
  held: string | null;
}

export interface Span {
  from: number;
  until: number;
}

function segmentsOf(attempt: Gantt["attempts"][number], now: number): Segment[] {
  const [, , tryNumber, , queued, started, ended, cause, waits] = attempt;
  const segments: Segment[] = waits.map(([reason, from, until]) => {
    return { phase: "waiting", from, until, tryNumber, reason, cause: null };
  });
  const begun = started ?? ended ?? now;
  if (begun > queued) {
    const last = started === null ? cause : null;
    segments.push({
      phase: "startup",
      from: queued,
      until: begun,
      tryNumber,
      reason: null,
      cause: last,
    });
  }
  if (started !== null) {
    const until = ended ?? now;
    segments.push({ phase: "running", from: started, until, tryNumber, reason: null, cause });
  }
  return segments;
}

/** An instance without attempts in the answer: only that it ran. */
function plainSegments(instance: Gantt["instances"][number], now: number): Segment[] {
  const [, , , tryNumber, started, ended] = instance;
  if (started === null) return [];
  const until = ended ?? now;
  return [{ phase: "running", from: started, until, tryNumber, reason: null, cause: null }];
}

const keyOf = (taskId: string, mapIndex: number) => `${taskId}[${mapIndex}]`;

function grouped<T>(rows: readonly T[], key: (row: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const row of rows) {
    const own = found.get(key(row));
    if (own) own.push(row);
    else found.set(key(row), [row]);
  }
  return found;
}

/** Every instance as a bar, in the order in which they began. */
export function barsOf(gantt: Gantt): Bar[] {
  const now = Date.parse(gantt.at);
  const attempts = grouped(gantt.attempts, ([taskId, mapIndex]) => keyOf(taskId, mapIndex));
  const critical = grouped(gantt.critical_path, ([taskId, mapIndex]) =>
    keyOf(taskId ?? "", mapIndex),
  );
  const held = new Map(
    gantt.held.map(([taskId, mapIndex, code]) => [keyOf(taskId, mapIndex), code]),
  );
  const bars = gantt.instances.map((instance): Bar => {
    const [taskId, mapIndex, state] = instance;
    const key = keyOf(taskId, mapIndex);
    const own = attempts.get(key);
    return {
      key,
      taskId,
      mapIndex,
      count: 1,
      isOpen: false,
      depth: 0,
      state: toState(state),
      segments: own ? own.flatMap((each) => segmentsOf(each, now)) : plainSegments(instance, now),
      critical: (critical.get(key) ?? []).map(([, , , , , from, until]) => [from, until] as const),
      held: held.get(key) ?? null,
    };
  });
  return bars.toSorted((a, b) => begin(a) - begin(b));
}

/** When it was sent out first; what has not been comes last. */
function begin(bar: Bar): number {
  const first = bar.segments.find((each) => each.phase !== "waiting");
  return first?.from ?? Number.POSITIVE_INFINITY;
}

/** Mapped tasks as one row each, and their instances below those that are open. */
export function rowsOf(bars: readonly Bar[], open: ReadonlySet<string>): Bar[] {
  const byTask = grouped(bars, (bar) => bar.taskId);
  return [...byTask].flatMap(([taskId, own]) => {
    const [first] = own;
    if (!first || (own.length === 1 && first.mapIndex < 0)) return own;
    const isOpen = open.has(taskId);
    const all = together(taskId, own, isOpen);
    return isOpen ? [all, ...own.map((bar) => ({ ...bar, depth: 1 }))] : [all];
  });
}

function together(taskId: string, bars: readonly Bar[], isOpen: boolean): Bar {
  const held = bars.find((bar) => bar.held !== null)?.held ?? null;
  return {
    key: taskId,
    taskId,
    mapIndex: -1,
    count: bars.length,
    isOpen,
    depth: 0,
    state: worst(bars.map((bar) => bar.state)),
    segments: joined(bars.flatMap((bar) => bar.segments)),
    critical: bars.flatMap((bar) => bar.critical),
    held,
  };
}

const RANK: Record<Phase, number> = { running: 0, startup: 1, waiting: 2 };

/** Overlapping segments of one phase as one, so that thousands of instances are a few bars. */
export function joined(segments: readonly Segment[]): Segment[] {
  const found: Segment[] = [];
  for (const phase of ["waiting", "startup", "running"] as const) {
    let last: Segment | null = null;
    const own = segments.filter((each) => each.phase === phase);
    for (const each of own.toSorted((a, b) => a.from - b.from)) {
      if (last && each.from <= last.until && each.reason === last.reason) {
        last.until = Math.max(last.until, each.until);
      } else {
        last = { ...each };
        found.push(last);
      }
    }
  }
  return found.toSorted((a, b) => RANK[b.phase] - RANK[a.phase]);
}

/** From when to when there is something to see. */
export function extent(gantt: Gantt, bars: readonly Bar[]): Span {
  const all = bars.flatMap((bar) => bar.segments);
  const from = Math.min(Date.parse(gantt.queued_at), ...all.map((each) => each.from));
  const end = gantt.end_date ?? gantt.at;
  const until = Math.max(Date.parse(end), ...all.map((each) => each.until));
  return { from, until: Math.max(until, from + 10) };
}

/** Nearer (`factor` under 1) or farther, around a place of the span (0 to 1), within the whole. */
export function zoomed(span: Span, whole: Span, factor: number, at: number): Span {
  const size = span.until - span.from;
  const next = Math.min(whole.until - whole.from, Math.max(5, size * factor));
  const from = span.from + (size - next) * at;
  return within({ from, until: from + next }, whole);
}

/** Moved by a share of what is seen. */
export function panned(span: Span, whole: Span, share: number): Span {
  const by = (span.until - span.from) * share;
  return within({ from: span.from + by, until: span.until + by }, whole);
}

function within(span: Span, whole: Span): Span {
  const size = span.until - span.from;
  const from = Math.max(whole.from, Math.min(span.from, whole.until - size));
  return { from, until: from + size };
}

/** Where a moment is, in percent of the span. */
export function place(at: number, span: Span): number {
  return ((at - span.from) / (span.until - span.from)) * 100;
}
