import { useEffect, useRef } from "react";

interface LogKeys {
  next: () => void;
  former: () => void;
  error: () => void;
  follow: () => void;
  top: () => void;
  bottom: () => void;
  leaveFull: () => void;
}

const KEYS: Readonly<Record<string, keyof LogKeys>> = {
  n: "next",
  N: "former",
  e: "error",
  f: "follow",
  g: "top",
  G: "bottom",
  Escape: "leaveFull",
};

/** Keys of the log; `/` is the frame's: it goes to the page's search field. */
export function useLogKeys(isOn: boolean, keys: LogKeys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!isOn) return undefined;
    const take = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement | null;
      if (
        target?.closest(
          "input, textarea, select, [contenteditable=true], [role=dialog], [role=menu]",
        )
      )
        return;
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const name = KEYS[event.key];
      if (name) latest.current[name]();
    };
    window.addEventListener("keydown", take);
    return () => window.removeEventListener("keydown", take);
  }, [isOn]);
}
