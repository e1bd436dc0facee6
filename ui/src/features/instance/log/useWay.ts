import { useCallback, useEffect, useRef, useState, type RefObject } from "react";

import { placeOf, type Folds } from "./folds";
import { formerHit, nextHit } from "./hits";
import { ERRORS, fetchFound, isAll, type LogRef } from "./log";
import type { LinesHandle } from "./LogLines";
import type { LogStore } from "./store";

interface WayOptions {
  store: LogStore;
  lines: RefObject<LinesHandle | null>;
  folds: Folds;
  unfold: (line: number) => void;
  /** The line that the address names. */
  named: number | null;
  /** The line at the upper edge. */
  top: () => number;
}

interface Way {
  /** The line that the search stands at. */
  current: number | null;
  goTo: (line: number) => void;
  toError: () => void;
  next: (hits: readonly number[]) => void;
  former: (hits: readonly number[]) => void;
}

/** Going to lines: those of the address, of the search, and errors. */
export function useWay({ store, lines, folds, unfold, named, top }: WayOptions): Way {
  const [goal, setGoal] = useState<{ line: number } | null>(named ? { line: named } : null);
  const [current, setCurrent] = useState<number | null>(null);
  const latest = useRef(folds);
  useEffect(() => {
    latest.current = folds;
  });
  const { epoch } = store;
  useEffect(() => {
    if (!goal) return undefined;
    let isOver = false;
    store.locate(goal.line).then(
      (position) => {
        if (isOver) return;
        lines.current?.goTo(isAll(store.filter) ? placeOf(latest.current, goal.line) : position);
      },
      () => undefined,
    );
    return () => {
      isOver = true;
    };
  }, [goal, store, lines]);
  const [seenEpoch, setSeenEpoch] = useState(epoch);
  if (epoch !== seenEpoch) {
    setSeenEpoch(epoch);
    // Positions were guessed until now: go there again.
    if (goal) setGoal({ ...goal });
  }
  const [seen, setSeen] = useState(named);
  if (named !== seen) {
    setSeen(named);
    // A click on a line's number names what is seen already: nothing moves then.
    if (named !== null && current !== named) setCurrent(named);
  }
  const goTo = useCallback(
    (line: number) => {
      unfold(line);
      setCurrent(line);
      setGoal({ line });
    },
    [unfold],
  );
  const from = () => current ?? top() - 1;
  return {
    current,
    goTo,
    toError: () => {
      void errorAfter(store.log, from()).then((line) => line && goTo(line));
    },
    next: (hits) => {
      const line = nextHit(hits, from());
      if (line) goTo(line);
    },
    former: (hits) => {
      const line = formerHit(hits, current ?? top());
      if (line) goTo(line);
    },
  };
}

/** The next line of an error, from the beginning after the last one. Null: there is none. */
export async function errorAfter(
  log: LogRef,
  line: number,
  find: typeof fetchFound = fetchFound,
): Promise<number | null> {
  const wanted = { levels: ERRORS, sources: [], text: "", limit: 1 };
  const starts = line > 0 ? [line + 1, 1] : [1];
  for (const start of starts) {
    let fromLine: number | null = start;
    while (fromLine !== null) {
      const step = await find(log, { ...wanted, fromLine });
      const [first] = step.matches;
      if (first) return first.number;
      fromLine = step.next_line;
    }
  }
  return null;
}
