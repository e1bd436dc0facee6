import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";

import { compact } from "../../../lib/dagSearch";
import { namesOf, textOf, type LogFilter } from "./log";

export const ROUTE = "/inside/dags/$dagId/runs/$runId/tasks/$taskId";
const TYPING_MS = 400;

interface LogSearch {
  filter: LogFilter;
  setFilter: (filter: LogFilter) => void;
  text: string;
  setText: (text: string) => void;
  line: number | null;
}

/** What of a log is looked at, as the address says it. */
export function useLogSearch(): LogSearch {
  const search = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: "/dags/$dagId/runs/$runId/tasks/$taskId" });
  const { level, source } = search;
  const filter = useMemo(
    () => ({ levels: namesOf(level), sources: namesOf(source) }),
    [level, source],
  );
  const [text, setText] = useState(search.q ?? "");
  const latest = useRef(navigate);
  useEffect(() => {
    latest.current = navigate;
  });
  const q = search.q ?? "";
  useEffect(() => {
    if (text === q) return undefined;
    const timer = setTimeout(() => {
      void latest.current({
        search: (former) => compact({ ...former, q: text || undefined }),
        replace: true,
        resetScroll: false,
      });
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, q]);
  return {
    filter,
    setFilter: ({ levels, sources }) => {
      void navigate({
        search: (former) => compact({ ...former, level: textOf(levels), source: textOf(sources) }),
        replace: true,
        resetScroll: false,
      });
    },
    text,
    setText,
    line: search.line ?? null,
  };
}
