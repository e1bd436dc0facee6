/** The part of a log that is in memory, and what is known of the rest. No React in here. */

import {
  fetchWindow,
  isAll,
  passes,
  type LogFilter,
  type LogLine,
  type LogPlace,
  type LogRef,
  type LogWindow,
} from "./log";

/** Lines of one question. */
const PAGE = 200;
/** Lines that are shown before anything else is asked. */
const FIRST = 400;
/** So many pages are kept; those far from what is looked at go first. */
const PAGES_MAX = 80;

type Fetch = typeof fetchWindow;

let stores = 0;

export class LogStore {
  /** No other store of this page has it. */
  readonly id: number;
  readonly log: LogRef;
  readonly filter: LogFilter;
  /** Lines that pass the filter, and all of them. Estimates until `isExact`. */
  total = 0;
  linesTotal = 0;
  isExact = false;
  hasEnded = false;
  sizeBytes = 0;
  /** Where the lines that were asked for first begin. */
  opened = 0;
  /** Why the latest question failed. */
  problem: Error | null = null;
  /** Grows with each change. */
  version = 0;
  /** Grows when positions mean other lines than before. */
  epoch = 0;

  private readonly fetch: Fetch;
  private readonly lines = new Map<number, LogLine>();
  private wanted = { first: 0, last: 0 };
  private readonly asked = new Set<number>();
  private readonly listeners = new Set<() => void>();
  private readonly stop = new AbortController();

  constructor(log: LogRef, filter: LogFilter, fetch: Fetch = fetchWindow) {
    stores += 1;
    this.id = stores;
    this.log = log;
    this.filter = filter;
    this.fetch = fetch;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): number => this.version;

  close(): void {
    this.stop.abort();
  }

  /** Shows a part at once; what has to be counted is counted after that. */
  async open(place: LogPlace): Promise<void> {
    const found = await this.fetch(this.log, this.filter, place, FIRST, this.stop.signal);
    this.take(found);
    this.opened = found.position;
    if (!found.is_exact) void this.count();
  }

  line(position: number): LogLine | undefined {
    return this.lines.get(position);
  }

  /** Fetches what is missing of these positions. */
  want(first: number, last: number): void {
    this.wanted = { first, last };
    const end = Math.min(last, this.total);
    for (let page = Math.floor(first / PAGE); page * PAGE < end; page += 1) {
      const missing = this.firstMissing(page);
      if (missing !== null && !this.asked.has(page)) void this.load(page, missing);
    }
  }

  /** The position of a line, or of the first one after it that passes the filter. */
  async locate(line: number): Promise<number> {
    if (isAll(this.filter)) return Math.max(0, Math.min(line, this.total) - 1);
    const found = await this.fetch(this.log, this.filter, { line }, PAGE, this.stop.signal);
    this.put(found);
    this.changed();
    return found.position;
  }

  /** Lines that have just been written. Those that are here already are left out. */
  append(lines: readonly LogLine[]): void {
    for (const line of lines) {
      if (line.number <= this.linesTotal) continue;
      this.linesTotal = line.number;
      if (passes(this.filter, line)) {
        this.lines.set(this.total, line);
        this.total += 1;
      }
    }
    this.forgetFar(this.total);
    this.changed();
  }

  end(): void {
    this.hasEnded = true;
    this.changed();
  }

  /** Counts on, step by step, until positions are known and not only guessed. */
  private async count(): Promise<void> {
    try {
      for (;;) {
        const place = { position: 0 };
        const found = await this.fetch(this.log, this.filter, place, 1, this.stop.signal);
        if (found.is_exact) break;
      }
      const { first, last } = this.wanted;
      const here: LogPlace = last >= this.total ? { from_end: true } : { position: first };
      const found = await this.fetch(this.log, this.filter, here, FIRST, this.stop.signal);
      this.lines.clear();
      this.asked.clear();
      this.epoch += 1;
      this.take(found);
    } catch (error) {
      this.failed(error);
    }
  }

  private async load(page: number, position: number): Promise<void> {
    this.asked.add(page);
    const epoch = this.epoch;
    try {
      const limit = (page + 1) * PAGE - position;
      const place = { position };
      const found = await this.fetch(this.log, this.filter, place, limit, this.stop.signal);
      if (epoch !== this.epoch) return;
      this.put(found);
      this.forgetFar(position);
      this.problem = null;
      // Windows of long lines are shorter than was asked for.
      const isFurther = found.position + found.lines.length > position;
      if (isFurther) this.asked.delete(page);
      this.changed();
    } catch (error) {
      this.asked.delete(page);
      this.failed(error);
    }
  }

  private take(found: LogWindow): void {
    this.total = Math.max(found.total, found.position + found.lines.length);
    this.linesTotal = found.lines_total;
    this.isExact = found.is_exact;
    this.hasEnded = found.has_ended;
    this.sizeBytes = found.size_bytes;
    this.put(found);
    this.changed();
  }

  private put(found: LogWindow): void {
    found.lines.forEach((line, index) => {
      this.lines.set(found.position + index, line);
    });
  }

  private firstMissing(page: number): number | null {
    const end = Math.min((page + 1) * PAGE, this.total);
    for (let at = page * PAGE; at < end; at += 1) if (!this.lines.has(at)) return at;
    return null;
  }

  private forgetFar(position: number): void {
    if (this.lines.size <= PAGES_MAX * PAGE) return;
    const reach = (PAGES_MAX / 4) * PAGE;
    for (const at of this.lines.keys()) {
      if (Math.abs(at - position) > reach) this.lines.delete(at);
    }
    this.asked.clear();
  }

  private failed(error: unknown): void {
    if (this.stop.signal.aborted) return;
    this.problem = error instanceof Error ? error : new Error(String(error));
    this.changed();
  }

  private changed(): void {
    if (this.stop.signal.aborted) return;
    this.version += 1;
    for (const listener of this.listeners) listener();
  }
}
