/** Keys that work on every page, and the sheet that names them all. */

import { useMantineColorScheme } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef } from "react";

import { openPalette } from "./palette";

const GO = { h: "/", d: "/dags", r: "/browse/runs", i: "/browse/task-instances" } as const;
const SECOND_KEY_MS = 1_200;

const ShortcutSheet = lazy(() => import("./ShortcutSheet"));

export function Shortcuts() {
  const [isOpen, sheet] = useDisclosure(false);
  const { toggleColorScheme } = useMantineColorScheme();
  useGoKeys();
  useHotkeys([
    ["mod+K", openPalette],
    ["shift+?", sheet.open],
    ["shift+D", toggleColorScheme],
    ["/", focusSearch],
  ]);
  return isOpen ? (
    <Suspense fallback={null}>
      <ShortcutSheet onClose={sheet.close} />
    </Suspense>
  ) : null;
}

/** Puts the cursor into the page's own search field, if it has one. */
function focusSearch(): void {
  document.querySelector<HTMLInputElement>("main input[type=search]")?.focus();
}

/** `g`, then a letter. */
function useGoKeys(): void {
  const navigate = useNavigate();
  const begun = useRef(0);
  useEffect(() => {
    const take = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement | null;
      if (target?.closest("input, textarea, select, [contenteditable=true]")) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "g") {
        begun.current = event.timeStamp;
        return;
      }
      const to = GO[event.key as keyof typeof GO];
      if (to && event.timeStamp - begun.current < SECOND_KEY_MS) void navigate({ to });
      begun.current = 0;
    };
    window.addEventListener("keydown", take);
    return () => window.removeEventListener("keydown", take);
  }, [navigate]);
}
