import { useEffect, useMemo, useState, useSyncExternalStore } from "react";

import type { LogFilter, LogLine, LogPlace, LogRef } from "./log";
import { streamAddress } from "./log";
import { LogStore } from "./store";

interface OpenedLog {
  /** Null until the first lines are there. That of former filters stays as long as it takes. */
  store: LogStore | null;
  problem: Error | null;
}

/** One try's log as far as it passes a filter. `placeOf` says where a log is opened; with another
 *  `part` it is read anew. */
export function useLog(
  log: LogRef,
  filter: LogFilter,
  placeOf: () => LogPlace,
  part: number,
): OpenedLog {
  const key = JSON.stringify([log, filter, part]);
  const [opened, setOpened] = useState<OpenedLog & { key: string }>({
    key,
    store: null,
    problem: null,
  });
  useEffect(() => {
    const [ref, wanted] = JSON.parse(key) as [LogRef, LogFilter];
    const store = new LogStore(ref, wanted);
    let isOver = false;
    store.open(placeOf()).then(
      () => {
        if (!isOver) setOpened({ key, store, problem: null });
      },
      (error: unknown) => {
        if (!isOver) setOpened({ key, store: null, problem: error as Error });
      },
    );
    return () => {
      isOver = true;
      store.close();
    };
    // Where it is opened is asked once, when it is opened.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [key]);
  const isOther = opened.store !== null && !isSame(opened.store.log, log);
  return isOther ? { store: null, problem: null } : opened;
}

function isSame(one: LogRef, other: LogRef): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Draws again whenever something in the store has changed. */
export function useVersion(store: LogStore): number {
  return useSyncExternalStore(store.subscribe, store.snapshot);
}

const AGAIN_MS = 2_000;

/** Lines as they are written, until the try is over. `onEnd` is called once it is. */
export function useStream(
  store: LogStore,
  onLines: (lines: readonly LogLine[]) => void,
  onReset: () => void,
): void {
  useVersion(store);
  const isLive = store.isExact && !store.hasEnded;
  const stream = useMemo(() => ({ onLines, onReset }), [onLines, onReset]);
  useEffect(() => {
    if (!isLive) return undefined;
    return listen(store, stream);
  }, [store, isLive, stream]);
}

interface Listener {
  onLines: (lines: readonly LogLine[]) => void;
  onReset: () => void;
}

function listen(store: LogStore, { onLines, onReset }: Listener): () => void {
  let again: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource | null = null;
  const connect = () => {
    source = new EventSource(streamAddress(store.log, store.linesTotal + 1));
    source.addEventListener("message", (event: MessageEvent<string>) => {
      const lines = JSON.parse(event.data) as LogLine[];
      onLines(lines);
      store.append(lines);
    });
    source.addEventListener("end", () => {
      source?.close();
      store.end();
    });
    source.addEventListener("reset", () => {
      source?.close();
      onReset();
    });
    source.addEventListener("error", () => {
      // A stream that was cut comes back by itself; one that was refused does not.
      if (source?.readyState === EventSource.CLOSED) again = setTimeout(connect, AGAIN_MS);
    });
  };
  connect();
  return () => {
    clearTimeout(again);
    source?.close();
  };
}
