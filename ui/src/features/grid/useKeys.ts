/** Arrow keys in the sheet: where one is, and what Enter and Space do. */

import { useCallback, useMemo, useState, type KeyboardEvent } from "react";

export interface Place {
  /** -1: the bars. */
  row: number;
  column: number;
}

interface Size {
  rows: number;
  columns: number;
}

const PAGE = 10;

/** Where a key leads from a place; null for keys that lead nowhere. */
export function moved(from: Place, key: string, size: Size): Place | null {
  const steps: Record<string, [number, number]> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    PageUp: [-PAGE, 0],
    PageDown: [PAGE, 0],
    Home: [0, -size.columns],
    End: [0, size.columns],
  };
  const step = steps[key];
  if (!step) return null;
  const within = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));
  return {
    row: within(from.row + step[0], -1, size.rows - 1),
    column: within(from.column + step[1], 0, size.columns - 1),
  };
}

interface Acts {
  open: (place: Place) => void;
  toggle: (place: Place) => void;
  show: (place: Place) => void;
}

export function useKeys(size: Size, acts: Acts) {
  const [kept, setFocus] = useState<Place | null>(null);
  const { rows, columns } = size;
  // Groups may have been folded, and runs filtered, since.
  const focus = useMemo(
    () => kept && { row: Math.min(kept.row, rows - 1), column: Math.min(kept.column, columns - 1) },
    [kept, rows, columns],
  );
  const { open, toggle, show } = acts;
  const onKeyDown = useCallback(
    (event: KeyboardEvent) => {
      if (event.target !== event.currentTarget) return;
      const from = focus ?? { row: -1, column: columns - 1 };
      const next = moved(from, event.key, { rows, columns });
      if (next) {
        setFocus(next);
        show(next);
      } else if (event.key === "Enter" && focus) open(focus);
      else if (event.key === " " && focus) toggle(focus);
      else return;
      event.preventDefault();
    },
    [focus, rows, columns, open, toggle, show],
  );
  return { focus, onKeyDown };
}
