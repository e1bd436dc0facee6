/** One task or group: its name, and a square for each run in sight. */

import { UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";

import { stateColour } from "../../lib/states";
import { cellOf, type Row } from "./model";
import { COLUMN_WIDTH } from "./sizes";
import type { Column } from "./useGrid";

interface SheetRowProps {
  row: Row;
  index: number;
  top: number;
  columns: readonly Column[];
  first: number;
  last: number;
  picked: string | undefined;
  selectedRun: string | undefined;
  isSelectedTask: boolean;
  focused: number | null;
  onToggle: (groupId: string) => void;
}

export const SheetRow = memo(function SheetRow(props: SheetRowProps) {
  const { row, index, top, columns, first, last, isSelectedTask } = props;
  return (
    <div
      className="grid-row"
      role="row"
      aria-rowindex={index + 2}
      data-selected={isSelectedTask}
      style={{ transform: `translateY(${top}px)` }}
    >
      <RowName row={row} onToggle={props.onToggle} />
      {columns.slice(first, last + 1).map((column, offset) => (
        <Cell
          key={column.run.dag_run_id}
          row={row}
          column={column}
          at={first + offset}
          index={index}
          picked={props.picked}
          isSelected={column.run.dag_run_id === props.selectedRun}
          isFocused={props.focused === first + offset}
        />
      ))}
    </div>
  );
});

function RowName({ row, onToggle }: { row: Row; onToggle: (groupId: string) => void }) {
  const { t } = useTranslation("grid");
  const indent = { paddingLeft: 8 + row.depth * 14 };
  if (row.kind === "task") {
    return (
      <div className="grid-name" role="rowheader" style={indent} title={row.id}>
        <span className="grid-label">{row.label}</span>
        {row.isMapped && <span className="grid-mapped">[ ]</span>}
      </div>
    );
  }
  const Arrow = row.isOpen ? IconChevronDown : IconChevronRight;
  return (
    <div className="grid-name" role="rowheader" style={indent} title={row.id}>
      <UnstyledButton
        className="grid-fold"
        aria-expanded={row.isOpen}
        aria-label={t(row.isOpen ? "fold" : "unfold", { name: row.label })}
        onClick={() => onToggle(row.id)}
      >
        <Arrow size={14} aria-hidden />
        <span className="grid-label">{row.label}</span>
      </UnstyledButton>
    </div>
  );
}

interface CellProps {
  row: Row;
  column: Column;
  at: number;
  index: number;
  picked: string | undefined;
  isSelected: boolean;
  isFocused: boolean;
}

function Cell({ row, column, at, index, picked, isSelected, isFocused }: CellProps) {
  const { t } = useTranslation("common");
  const facts = cellOf(row, column.tasks);
  const left = `calc(var(--names) + ${at * COLUMN_WIDTH}px)`;
  if (!facts) {
    return <div className="grid-gap" role="gridcell" aria-colindex={at + 2} style={{ left }} />;
  }
  const isMany = row.kind === "group" || row.isMapped;
  return (
    <div
      id={`cell-${index}-${at}`}
      role="gridcell"
      aria-colindex={at + 2}
      aria-label={`${row.label}, ${t(`state.${facts.state}`)}`}
      aria-selected={isSelected}
      className="grid-cell"
      data-row={index}
      data-col={at}
      data-state={facts.state}
      data-kind={isMany ? "many" : "one"}
      data-note={facts.hasNote}
      data-dim={picked !== undefined && !facts.counts.has(picked as typeof facts.state)}
      data-focused={isFocused}
      style={{ left, ["--cell" as string]: stateColour(facts.state) }}
    />
  );
}
