import { useCallback, useMemo, useRef, useState } from "react";

import { lineAt, shownCount } from "./folds";
import { isAll, type LogLine, type LogPlace } from "./log";
import type { LinesHandle } from "./LogLines";
import type { RowFold } from "./LogRow";
import type { Range } from "./scroll";
import type { LogStore } from "./store";
import { useFigures, useSearch } from "./useFigures";
import { useFolds } from "./useFolds";
import { useStream, useVersion } from "./useLog";
import type { useLogSearch } from "./useLogSearch";
import { useWay } from "./useWay";

interface OpenLogOptions {
  store: LogStore;
  search: ReturnType<typeof useLogSearch>;
  isAtEnd: boolean;
  onPlace: (place: LogPlace) => void;
  onReset: () => void;
}

/** What is shown of an open log, and the ways through it. */
export function useOpenLog({ store, search, isAtEnd, onPlace, onReset }: OpenLogOptions) {
  useVersion(store);
  const lines = useRef<LinesHandle>(null);
  const top = useRef(1);
  const [isFollowing, setFollowing] = useState(isAtEnd);
  const { summary, add: addFigures } = useFigures(store);
  const { hits, add: addHits } = useSearch(store.log, store.filter, search.text);
  const groups = useFolds(store, summary);
  const way = useWay({
    store,
    lines,
    folds: groups.folds,
    unfold: groups.show,
    named: search.line,
    top: () => top.current,
  });
  const onLines = useCallback(
    (fresh: readonly LogLine[]) => {
      addFigures(fresh);
      addHits(fresh);
    },
    [addFigures, addHits],
  );
  useStream(store, onLines, onReset);
  const isWhole = isAll(store.filter);
  const count = isWhole ? shownCount(groups.folds, store.total) : store.total;
  const { folds } = groups;
  const positionOf = useCallback(
    (place: number) => (isWhole ? lineAt(folds, place) - 1 : place),
    [isWhole, folds],
  );
  const onTop = useCallback(
    (place: number) => {
      const line = store.line(positionOf(place))?.number;
      if (line === undefined) return;
      top.current = line;
      onPlace({ line });
    },
    [store, positionOf, onPlace],
  );
  const { epoch } = store;
  // Anew with each count and epoch, so that what has come since is asked for.
  const onRange = useMemo(
    () => wanting(store, positionOf, { epoch, count }),
    [store, positionOf, epoch, count],
  );
  const move = (go: () => void) => {
    setFollowing(false);
    go();
  };
  return {
    lines,
    count,
    summary,
    hits,
    groups,
    isFollowing,
    isWhole,
    onTop,
    onRange,
    current: way.current,
    lineAt: (place: number) => store.line(positionOf(place)),
    foldOf: (line: LogLine | undefined) => foldOf(groups, line),
    follow: setFollowing,
    next: () => move(() => way.next(hits.lines)),
    former: () => move(() => way.former(hits.lines)),
    toError: () => move(way.toError),
    toTop: () => move(() => lines.current?.goTo(0, "start")),
  };
}

function wanting(
  store: LogStore,
  positionOf: (place: number) => number,
  { count }: { epoch: number; count: number },
): (range: Range) => void {
  return ({ first, last }) => {
    const end = Math.min(last, count);
    if (end > first) store.want(positionOf(first), positionOf(end - 1) + 1);
  };
}

function foldOf(groups: ReturnType<typeof useFolds>, line: LogLine | undefined): RowFold | null {
  const group = line && groups.groupAt(line.number);
  if (!group?.last_line) return null;
  return {
    isFolded: groups.isFolded(group.first_line),
    lines: group.last_line - group.first_line,
    onToggle: () => groups.toggle(group.first_line),
  };
}
