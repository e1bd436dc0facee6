import { useMemo, useState } from "react";

import type { Selection } from "../DataTable";

const NONE: ReadonlySet<string> = new Set();

interface Chosen<Row> {
  /** The chosen rows, as they are now. */
  rows: readonly Row[];
  selection: Selection;
  clear: () => void;
}

/** Which rows of a list are chosen. Those that are gone from it are chosen no more. */
export function useChosen<Row>(
  rows: readonly Row[] | undefined,
  keyOf: (row: Row) => string,
): Chosen<Row> {
  const [selected, setSelected] = useState(NONE);
  const chosen = useMemo(
    () => (selected.size === 0 ? [] : (rows ?? []).filter((row) => selected.has(keyOf(row)))),
    [rows, selected, keyOf],
  );
  return {
    rows: chosen,
    selection: { selected, onChange: setSelected },
    clear: () => setSelected(NONE),
  };
}
