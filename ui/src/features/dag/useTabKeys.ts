import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";

import { tabFor, type Tab } from "./tabs";

/** What has keys of its own. */
const BUSY = "input, textarea, select, [contenteditable=true], [role=dialog], [role=menu]";

/** Keys go from tab to tab; the selection goes along. */
export function useTabKeys(dagId: string, here: Tab): void {
  const navigate = useNavigate();
  useEffect(() => {
    const take = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.target instanceof Element && event.target.closest(BUSY)) return;
      const tab = tabFor(event.key, here);
      if (tab === null) return;
      void navigate({
        to: `/dags/$dagId/${tab}`,
        params: { dagId },
        search: true,
      });
    };
    window.addEventListener("keydown", take);
    return () => window.removeEventListener("keydown", take);
  }, [navigate, dagId, here]);
}
