import { useMemo, useState } from "react";

import { foldsOf, groupsAround, NO_FOLDS, type Folds } from "./folds";
import { isAll, type LogGroup, type LogSummary } from "./log";
import type { LogStore } from "./store";

interface FoldState {
  folds: Folds;
  isFolded: (line: number) => boolean;
  groupAt: (line: number) => LogGroup | undefined;
  toggle: (line: number) => void;
  /** Null: there is nothing to fold. */
  all: { areAll: boolean; onToggle: () => void } | null;
  /** Unfolds what hides a line. */
  show: (line: number) => void;
}

/** Which groups of lines are folded. With a filter there are no groups: their lines are apart. */
export function useFolds(store: LogStore, summary: LogSummary | null): FoldState {
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const isOff = !isAll(store.filter) || !store.isExact;
  const groups = useMemo(
    () => (isOff ? [] : (summary?.groups ?? []).filter((group) => group.last_line !== null)),
    [isOff, summary?.groups],
  );
  const byLine = useMemo(() => new Map(groups.map((group) => [group.first_line, group])), [groups]);
  const folds = useMemo(
    () => (folded.size === 0 ? NO_FOLDS : foldsOf(groups, folded)),
    [groups, folded],
  );
  const areAll = folded.size > 0 && groups.every((group) => folded.has(group.first_line));
  return {
    folds,
    isFolded: (line) => folded.has(line),
    groupAt: (line) => byLine.get(line),
    toggle: (line) => {
      const next = new Set(folded);
      if (!next.delete(line)) next.add(line);
      setFolded(next);
    },
    all:
      groups.length > 0
        ? {
            areAll,
            onToggle: () =>
              setFolded(new Set(areAll ? [] : groups.map((group) => group.first_line))),
          }
        : null,
    show: (line) => {
      const around = groupsAround(groups, line).filter((first) => folded.has(first));
      if (around.length > 0) setFolded(new Set([...folded].filter((one) => !around.includes(one))));
    },
  };
}
