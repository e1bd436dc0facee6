/** Opens the palette, which is loaded when it is wanted for the first time. */

import { useSyncExternalStore } from "react";

let isWanted = false;
const listeners = new Set<() => void>();

export function openPalette(): void {
  if (isWanted) {
    void import("@mantine/spotlight").then(({ spotlight }) => spotlight.open());
    return;
  }
  isWanted = true;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useIsPaletteWanted(): boolean {
  return useSyncExternalStore(subscribe, () => isWanted);
}
