/** Rows under sortable columns; long tables draw only what is seen. */

import { Box, Checkbox, Table, UnstyledButton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconArrowDown, IconArrowUp, IconArrowsSort } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useMemo, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { between, toggled } from "./selection";
import { leastWidth } from "./tracks";

export interface Column<Row> {
  /** Also what `sort` names. */
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** A CSS track such as `minmax(8rem, 2fr)`. */
  width?: string;
  isSortable?: boolean;
  align?: "left" | "right" | "center";
  /** Left out on narrow screens. */
  isMinor?: boolean;
}

export interface Selection {
  selected: ReadonlySet<string>;
  onChange: (selected: ReadonlySet<string>) => void;
}

interface DataTableProps<Row> {
  /** What the table is called, for who can't see it. */
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  keyOf: (row: Row) => string;
  /** `id` or `-id` for descending. */
  sort?: string;
  onSort?: (sort: string) => void;
  selection?: Selection;
  rowHeight?: number;
  /** The table scrolls in itself above this height; a CSS length. */
  maxHeight?: string;
  /** Stands in place of the rows when there are none. */
  empty?: ReactNode;
  /** What a row is called, beside its check box; its key unless given. */
  nameOf?: (row: Row) => string;
  /** Is called when the last rows come into view: for what is loaded part by part. */
  onEnd?: () => void;
  /** A row that stands out, such as the one that the address names. */
  isCurrent?: (row: Row) => boolean;
}

/** So many rows before the last one, more are asked for. */
const END_ROWS = 20;

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { rows, keyOf, selection, rowHeight = 40, maxHeight = "70vh" } = props;
  const isNarrow = useMediaQuery("(max-width: 48em)");
  const columns = useMemo(
    () => (isNarrow ? props.columns.filter((column) => !column.isMinor) : props.columns),
    [isNarrow, props.columns],
  );
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  useEnd(items.at(-1)?.index ?? -1, rows.length, props.onEnd);
  const select = useSelect(rows, keyOf, selection);
  if (rows.length === 0 && props.empty) return props.empty;
  const tracks = [
    ...(selection ? ["2.5rem"] : []),
    ...columns.map((column) => column.width ?? "minmax(6rem, 1fr)"),
  ];
  return (
    <Box
      ref={frame}
      className="table"
      style={{ maxHeight }}
      tabIndex={0}
      role="region"
      aria-label={props.label}
    >
      <Table
        aria-label={props.label}
        aria-rowcount={rows.length + 1}
        style={
          { "--tracks": tracks.join(" "), "--least": leastWidth(tracks) } as React.CSSProperties
        }
      >
        <Table.Thead>
          <Table.Tr>
            {selection && <AllBox rows={rows} keyOf={keyOf} selection={selection} />}
            {columns.map((column) => (
              <Header key={column.id} column={column} sort={props.sort} onSort={props.onSort} />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <Row
                key={keyOf(row)}
                row={row}
                columns={columns}
                select={select}
                name={props.nameOf?.(row) ?? keyOf(row)}
                rowKey={keyOf(row)}
                isCurrent={props.isCurrent?.(row) ?? false}
                index={item.index}
                measure={virtual.measureElement}
                style={{ transform: `translateY(${item.start}px)`, minHeight: rowHeight }}
              />
            );
          })}
        </Table.Tbody>
      </Table>
    </Box>
  );
}

interface Select {
  isSelected: (key: string) => boolean;
  toggle: (key: string, isRange: boolean) => void;
}

/** Choosing rows, also all from one to another. */
function useSelect<T>(
  rows: readonly T[],
  keyOf: (row: T) => string,
  selection: Selection | undefined,
): Select | undefined {
  const lastKey = useRef<string | null>(null);
  return (
    selection && {
      isSelected: (key) => selection.selected.has(key),
      toggle: (key, isRange) => {
        const keys = isRange ? between(rows.map(keyOf), lastKey.current, key) : [key];
        lastKey.current = key;
        selection.onChange(toggled(selection.selected, keys, !selection.selected.has(key)));
      },
    }
  );
}

interface RowProps<T> {
  row: T;
  rowKey: string;
  name: string;
  index: number;
  columns: readonly Column<T>[];
  select: Select | undefined;
  isCurrent: boolean;
  measure: (element: Element | null) => void;
  style: React.CSSProperties;
}

function Row<T>({ row, rowKey, columns, select, index, measure, ...props }: RowProps<T>) {
  const isSelected = select?.isSelected(rowKey);
  return (
    <Table.Tr
      data-index={index}
      ref={measure}
      aria-rowindex={index + 2}
      aria-current={props.isCurrent ? "true" : undefined}
      data-selected={isSelected}
      style={props.style}
    >
      {select && (
        <RowBox
          name={props.name}
          isSelected={isSelected ?? false}
          onToggle={(isRange) => select.toggle(rowKey, isRange)}
        />
      )}
      <Cells row={row} columns={columns} />
    </Table.Tr>
  );
}

interface CellsProps<T> {
  row: T;
  columns: readonly Column<T>[];
}

/** Drawn anew only for another row or other columns, not with each step of scrolling. */
const Cells = memo(function Cells<T>({ row, columns }: CellsProps<T>) {
  return columns.map((column) => (
    <Table.Td key={column.id} ta={column.align}>
      {column.cell(row)}
    </Table.Td>
  ));
}) as <T>(props: CellsProps<T>) => ReactNode;

interface HeaderProps<Row> {
  column: Column<Row>;
  sort: string | undefined;
  onSort: ((sort: string) => void) | undefined;
}

function Header<Row>({ column, sort, onSort }: HeaderProps<Row>) {
  const { t } = useTranslation();
  if (!column.isSortable || !onSort) {
    return <Table.Th ta={column.align}>{column.header}</Table.Th>;
  }
  const isUp = sort === column.id;
  const isDown = sort === `-${column.id}`;
  const Arrow = isUp ? IconArrowUp : isDown ? IconArrowDown : IconArrowsSort;
  return (
    <Table.Th aria-sort={isUp ? "ascending" : isDown ? "descending" : "none"} ta={column.align}>
      <UnstyledButton
        className="sort"
        onClick={() => onSort(isUp ? `-${column.id}` : column.id)}
        title={t("column.sortBy", { column: column.header })}
      >
        {column.header}
        <Arrow size={14} aria-hidden />
      </UnstyledButton>
    </Table.Th>
  );
}

function AllBox<Row>({
  rows,
  keyOf,
  selection,
}: {
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  selection: Selection;
}) {
  const { t } = useTranslation();
  const all = rows.map(keyOf);
  const count = all.filter((key) => selection.selected.has(key)).length;
  return (
    <Table.Th>
      <Checkbox
        size="xs"
        aria-label={t("action.selectAll")}
        checked={count > 0 && count === all.length}
        indeterminate={count > 0 && count < all.length}
        onChange={() => selection.onChange(new Set(count === all.length ? [] : all))}
      />
    </Table.Th>
  );
}

interface RowBoxProps {
  name: string;
  isSelected: boolean;
  /** With Shift: all rows from the one before to this one. */
  onToggle: (isRange: boolean) => void;
}

function RowBox({ name, isSelected, onToggle }: RowBoxProps) {
  const { t } = useTranslation();
  return (
    <Table.Td>
      <Checkbox
        size="xs"
        aria-label={t("action.selectRow", { name })}
        checked={isSelected}
        onChange={(event) => onToggle((event.nativeEvent as MouseEvent).shiftKey)}
      />
    </Table.Td>
  );
}

/** Tells once for each length that the end is near. */
function useEnd(last: number, count: number, onEnd: (() => void) | undefined): void {
  const latest = useRef(onEnd);
  useEffect(() => {
    latest.current = onEnd;
  });
  const near = count > 0 && last >= count - END_ROWS ? count : null;
  useEffect(() => {
    if (near !== null) latest.current?.();
  }, [near]);
}
