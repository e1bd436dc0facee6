/** Some neighbouring squares of a row. They are drawn anew only when one of their runs has changed:
    scrolling adds blocks at the edges and leaves the others alone. */

import { memo } from "react";

import { stateColour, type State } from "../../lib/states";
import { cellOf, type Row } from "./model";
import { COLUMN_WIDTH } from "./sizes";
import type { Column } from "./useGrid";

export interface BlockProps {
  row: Row;
  index: number;
  columns: readonly Column[];
  /** The columns `from` to `until`, without the last. */
  from: number;
  until: number;
  word: (state: State) => string;
  picked: string | undefined;
  /** Null: none of the block. */
  selected: number | null;
  focused: number | null;
}

export const Block = memo(function Block(props: BlockProps) {
  const { columns, from, until } = props;
  return columns.slice(from, until).map((column, offset) => square(props, column, from + offset));
}, isSame);

/** Whether two blocks would be drawn alike. */
export function isSame(a: BlockProps, b: BlockProps): boolean {
  const { columns: before, ...former } = a;
  const { columns: after, ...next } = b;
  const names = Object.keys(former) as (keyof typeof former)[];
  if (names.some((name) => former[name] !== next[name])) return false;
  for (let at = a.from; at < a.until; at += 1) if (before[at] !== after[at]) return false;
  return true;
}

/** Not a component: a grid has thousands of them. */
function square(props: BlockProps, { run, tasks }: Column, at: number) {
  const { row, index, word, picked } = props;
  const facts = cellOf(row, tasks);
  const left = `calc(var(--names) + ${at * COLUMN_WIDTH}px)`;
  const shared = {
    id: `cell-${index}-${at}`,
    role: "gridcell",
    "aria-colindex": at + 2,
    "data-focused": props.focused === at,
  };
  if (!facts) return <div key={run.dag_run_id} {...shared} className="grid-gap" style={{ left }} />;
  const isMany = row.kind === "group" || row.isMapped;
  return (
    <div
      key={run.dag_run_id}
      {...shared}
      aria-label={`${row.label}, ${word(facts.state)}`}
      aria-selected={props.selected === at}
      className="grid-cell"
      data-row={index}
      data-col={at}
      data-state={facts.state}
      data-kind={isMany ? "many" : "one"}
      data-note={facts.hasNote}
      data-dim={picked !== undefined && !facts.counts.has(picked as State)}
      style={{ left, ["--cell" as string]: stateColour(facts.state) }}
    />
  );
}
