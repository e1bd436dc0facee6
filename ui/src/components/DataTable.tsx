/** Rows under sortable columns; long tables draw only what is seen. */

import { Box, Checkbox, Table, UnstyledButton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconArrowDown, IconArrowUp, IconArrowsSort } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

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
}

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { rows, keyOf, selection, rowHeight = 40, maxHeight = "70vh" } = props;
  const isNarrow = useMediaQuery("(max-width: 48em)");
  const columns = isNarrow ? props.columns.filter((column) => !column.isMinor) : props.columns;
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  if (rows.length === 0 && props.empty) return props.empty;
  const tracks = [
    ...(selection ? ["2.5rem"] : []),
    ...columns.map((column) => column.width ?? "minmax(6rem, 1fr)"),
  ].join(" ");
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
        style={{ "--tracks": tracks } as React.CSSProperties}
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
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <Table.Tr
                key={keyOf(row)}
                data-index={item.index}
                ref={virtual.measureElement}
                aria-rowindex={item.index + 2}
                style={{ transform: `translateY(${item.start}px)`, minHeight: rowHeight }}
              >
                {selection && <RowBox name={keyOf(row)} selection={selection} />}
                {columns.map((column) => (
                  <Table.Td key={column.id} ta={column.align}>
                    {column.cell(row)}
                  </Table.Td>
                ))}
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Box>
  );
}

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

function RowBox({ name, selection }: { name: string; selection: Selection }) {
  const { t } = useTranslation();
  const isSelected = selection.selected.has(name);
  const toggle = () => {
    const next = new Set(selection.selected);
    if (isSelected) next.delete(name);
    else next.add(name);
    selection.onChange(next);
  };
  return (
    <Table.Td>
      <Checkbox
        size="xs"
        aria-label={t("action.selectRow", { name })}
        checked={isSelected}
        onChange={toggle}
      />
    </Table.Td>
  );
}
