/** One try's log: tools above, lines below. */

import { useCallback, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Lines, ProblemBox } from "../../../components/Query";
import "./log.css";
import type { LogPlace, LogRef } from "./log";
import { OpenLog } from "./OpenLog";
import { useLog } from "./useLog";
import { useLogSearch } from "./useLogSearch";

interface LogViewerProps {
  log: LogRef;
  /** What stands above the lines, such as which try it is. */
  title?: string | undefined;
  /** The end is what one wants to see first: it still runs, or has failed. */
  isEndFirst: boolean;
  /** Keys are for this one. */
  hasKeys: boolean;
  /** More tools. */
  extra?: ReactNode;
}

export function LogViewer({ log, title, isEndFirst, hasKeys, extra }: LogViewerProps) {
  const { t } = useTranslation("log");
  const search = useLogSearch();
  const [part, setPart] = useState(0);
  // Where one is, so that another filter shows the same place.
  const here = useRef<LogPlace | null>(null);
  const first: LogPlace = search.line
    ? { line: Math.max(1, search.line - 100) }
    : isEndFirst
      ? { from_end: true }
      : { position: 0 };
  const { store, problem } = useLog(log, search.filter, () => here.current ?? first, part);
  const onPlace = useCallback((place: LogPlace) => {
    here.current = place;
  }, []);
  if (problem && !store) return <ProblemBox problem={problem} onRetry={() => setPart(part + 1)} />;
  if (!store) return <Lines count={12} />;
  return (
    <OpenLog
      store={store}
      label={title ?? t("label")}
      title={title}
      search={search}
      isAtEnd={isEndFirst && search.line === null}
      hasKeys={hasKeys}
      extra={extra}
      onPlace={onPlace}
      onReset={() => setPart(part + 1)}
    />
  );
}
