/** One clock for the page: everything that counts ticks together, and only while it is seen. */

import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  if (document.visibilityState === "hidden") return;
  now = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = setInterval(tick, 1_000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function still(): () => void {
  return () => undefined;
}

/** The moment in ms since 1970, anew each second; `isLive` false: as it was. */
export function useNow(isLive = true): number {
  return useSyncExternalStore(isLive ? subscribe : still, () => now);
}
