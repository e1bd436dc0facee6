import { expect, it } from "vitest";

import { isSame, type BlockProps } from "./Block";
import { tasksOf, type GridRun } from "./model";
import type { Column } from "./useGrid";

function column(id: string): Column {
  const run = { dag_run_id: id, cells: [], mapped: [] } as unknown as GridRun;
  return { run, tasks: tasksOf(run) };
}

const COLUMNS = ["a", "b", "c", "d"].map(column);
const word = (state: string) => state;

function block(more: Partial<BlockProps> = {}): BlockProps {
  const row = ROW;
  const places = { from: 0, until: 2, selected: null, focused: null };
  return { row, index: 0, columns: COLUMNS, word, picked: undefined, ...places, ...more };
}

const ROW = {
  id: "a",
  label: "a",
  depth: 0,
  kind: "task",
  isMapped: false,
  isOpen: false,
  taskIds: ["a"],
} as const;

it("a block stays as it is when a run outside of it changes", () => {
  const columns = COLUMNS.with(3, column("d"));
  expect(isSame(block(), block({ columns }))).toBe(true);
});

it("a block is drawn anew when one of its runs changes", () => {
  const columns = COLUMNS.with(1, column("b"));
  expect(isSame(block(), block({ columns }))).toBe(false);
});

it.each([{ selected: 1 }, { focused: 0 }, { picked: "failed" }, { until: 3 }])(
  "a block is drawn anew for %j",
  (more) => {
    expect(isSame(block(), block(more))).toBe(false);
  },
);
