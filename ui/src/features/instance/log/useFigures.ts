import { useCallback, useEffect, useState } from "react";

import {
  fetchFound,
  fetchSummary,
  type LogFilter,
  type LogLine,
  type LogRef,
  type LogSummary,
} from "./log";
import { NO_HITS, type Hits } from "./hits";
import { plain } from "./ansi";
import type { LogStore } from "./store";
import { grown } from "./summary";

interface Figures {
  /** Null until something is counted. */
  summary: LogSummary | null;
  /** Takes lines in that were written since. */
  add: (lines: readonly LogLine[]) => void;
}

/** The figures of a log, counted step by step once its lines are; anew when it has ended. */
export function useFigures({ log, isExact, hasEnded }: LogStore): Figures {
  const name = JSON.stringify(log);
  const key = JSON.stringify([log, hasEnded]);
  const [found, setFound] = useState<{ name: string; summary: LogSummary } | null>(null);
  useEffect(() => {
    // Both at once would take twice as long, and lines come before figures.
    if (!isExact) return undefined;
    const stop = new AbortController();
    const [ref] = JSON.parse(key) as [LogRef];
    const read = async () => {
      for (;;) {
        const summary = await fetchSummary(ref, stop.signal);
        if (stop.signal.aborted) return;
        setFound({ name: JSON.stringify(ref), summary });
        if (summary.is_complete) return;
      }
    };
    // Without figures the log can still be read; what is wrong with it the lines say.
    read().catch(() => undefined);
    return () => stop.abort();
  }, [key, isExact]);
  const add = useCallback((lines: readonly LogLine[]) => {
    setFound((former) => former && { ...former, summary: grown(former.summary, lines) });
  }, []);
  return { summary: found?.name === name ? found.summary : null, add };
}

const STEP_LINES = 1_000;
/** More places are not kept: nobody goes through them one by one. */
const HITS_MAX = 20_000;
const TYPING_MS = 200;

interface Search {
  hits: Hits;
  add: (lines: readonly LogLine[]) => void;
}

/** The lines with a text, found step by step while one types. */
export function useSearch(log: LogRef, filter: LogFilter, text: string): Search {
  const key = JSON.stringify([log, filter, text]);
  const [found, setFound] = useState<{ key: string; hits: Hits }>({ key: "", hits: NO_HITS });
  useEffect(() => {
    if (text === "") return undefined;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      searchAll(key, stop.signal, (hits) => setFound({ key, hits })).catch(() => undefined);
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [key, text]);
  const add = useCallback(
    (lines: readonly LogLine[]) => {
      const wanted = text.toLowerCase();
      if (wanted === "") return;
      const fresh = lines.filter((line) => plain(line.event).toLowerCase().includes(wanted));
      if (fresh.length > 0)
        setFound((former) => ({ ...former, hits: withLines(former.hits, fresh) }));
    },
    [text],
  );
  return { hits: found.key === key ? found.hits : NO_HITS, add };
}

function withLines(hits: Hits, lines: readonly LogLine[]): Hits {
  const last = hits.lines.at(-1) ?? 0;
  const fresh = lines.map((line) => line.number).filter((line) => line > last);
  return hits.isCapped ? hits : { ...hits, lines: [...hits.lines, ...fresh] };
}

async function searchAll(
  key: string,
  signal: AbortSignal,
  tell: (hits: Hits) => void,
): Promise<void> {
  const [log, filter, text] = JSON.parse(key) as [LogRef, LogFilter, string];
  const lines: number[] = [];
  let fromLine: number | null = 1;
  while (fromLine !== null && lines.length < HITS_MAX) {
    const wanted = { ...filter, text, fromLine, limit: STEP_LINES };
    const step = await fetchFound(log, wanted, signal);
    if (signal.aborted) return;
    for (const match of step.matches) lines.push(match.number);
    fromLine = step.next_line;
    const isDone = fromLine === null;
    const isCapped = !isDone && lines.length >= HITS_MAX;
    tell({ lines: [...lines], isDone: isDone || isCapped, isCapped });
  }
}
