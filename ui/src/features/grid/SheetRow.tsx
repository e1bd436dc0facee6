/** One task or group: its name, and a square for each run in sight. */

import { UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";

import type { State } from "../../lib/states";
import { Block } from "./Block";
import type { Row } from "./model";
import { BLOCK_COLUMNS } from "./sizes";
import type { Column } from "./useGrid";

interface SheetRowProps {
  row: Row;
  index: number;
  top: number;
  columns: readonly Column[];
  /** The columns in sight: both stand at the edge of a block. */
  from: number;
  until: number;
  word: (state: State) => string;
  picked: string | undefined;
  selected: number | null;
  isSelectedTask: boolean;
  focused: number | null;
  onToggle: (groupId: string) => void;
}

export const SheetRow = memo(function SheetRow(props: SheetRowProps) {
  const { row, index, top, columns, from, until, isSelectedTask } = props;
  const starts = Array.from(
    { length: Math.ceil((until - from) / BLOCK_COLUMNS) },
    (_, number) => from + number * BLOCK_COLUMNS,
  );
  return (
    <div
      className="grid-row"
      role="row"
      aria-rowindex={index + 2}
      data-selected={isSelectedTask}
      style={{ transform: `translateY(${top}px)` }}
    >
      <RowName row={row} onToggle={props.onToggle} />
      {starts.map((start) => (
        <Block
          key={start}
          row={row}
          index={index}
          columns={columns}
          from={start}
          until={Math.min(start + BLOCK_COLUMNS, until)}
          word={props.word}
          picked={props.picked}
          selected={within(props.selected, start)}
          focused={within(props.focused, start)}
        />
      ))}
    </div>
  );
});

/** The column, if it is in the block that begins there. */
function within(column: number | null, start: number): number | null {
  return column !== null && column >= start && column < start + BLOCK_COLUMNS ? column : null;
}

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
