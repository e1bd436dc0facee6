/** The squares: only those in sight are drawn, in both directions. */

import { useVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import {
  memo,
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type PointerEvent,
} from "react";
import { useTranslation } from "react-i18next";

import type { DagSearch } from "../../lib/dagSearch";
import { useNow } from "../../lib/now";
import type { State } from "../../lib/states";
import { Bars } from "./Bars";
import { heights, versionBreaks, type Row } from "./model";
import { SheetRow } from "./SheetRow";
import { Tip, type Pointed } from "./Tip";
import {
  BARS_HEIGHT,
  BLOCK_COLUMNS,
  COLUMN_WIDTH,
  NAMES_WIDTH,
  NAMES_WIDTH_NARROW,
  ROW_HEIGHT,
} from "./sizes";
import type { Column } from "./useGrid";
import { useKeys, type Place } from "./useKeys";

interface SheetProps {
  rows: readonly Row[];
  columns: readonly Column[];
  search: DagSearch;
  onSelect: (runId: string | undefined, taskId: string | undefined) => void;
  onToggle: (groupId: string) => void;
}

/** Row -1 is the bar of the run. */
function placeOf(target: EventTarget): Place | null {
  const cell = (target as Element).closest<HTMLElement>("[data-col]");
  if (!cell) return null;
  return { row: Number(cell.dataset.row), column: Number(cell.dataset.col) };
}

function pointedAt(event: PointerEvent): Pointed | null {
  const place = placeOf(event.target);
  return place && { ...place, x: event.clientX, y: event.clientY };
}

interface Room {
  rows: number;
  columns: number;
  namesWidth: number;
}

/** What is in sight beside the names and below the bars, which stay where they are. */
function useVirtual(frame: React.RefObject<HTMLDivElement | null>, room: Room) {
  const { rows, columns, namesWidth } = room;
  const down = useVirtualizer({
    count: rows,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    scrollPaddingEnd: BARS_HEIGHT,
    overscan: 6,
  });
  const across = useVirtualizer({
    horizontal: true,
    count: columns,
    getScrollElement: () => frame.current,
    estimateSize: () => COLUMN_WIDTH,
    scrollPaddingEnd: namesWidth,
    overscan: 6,
  });
  const shown = across.getVirtualItems();
  const from = Math.floor((shown[0]?.index ?? 0) / BLOCK_COLUMNS) * BLOCK_COLUMNS;
  const end = Math.ceil(((shown.at(-1)?.index ?? -1) + 1) / BLOCK_COLUMNS) * BLOCK_COLUMNS;
  return { down, across, from, until: Math.min(end, columns) };
}

export function Sheet({ rows, columns, search, onSelect, onToggle }: SheetProps) {
  const { t } = useTranslation("grid");
  const frame = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const namesWidth = window.innerWidth < 700 ? NAMES_WIDTH_NARROW : NAMES_WIDTH;
  const room = { rows: rows.length, columns: columns.length, namesWidth };
  const { down, across, from, until } = useVirtual(frame, room);
  const selected = useMemo(
    () => columns.findIndex(({ run }) => run.dag_run_id === search.dag_run_id),
    [columns, search.dag_run_id],
  );
  useNewestInSight(frame, columns.length);
  const open = (place: Place) => {
    const row = rows[place.row];
    const run = columns[place.column]?.run;
    if (run) onSelect(run.dag_run_id, row?.id);
  };
  const { focus, onKeyDown } = useKeys(
    { rows: rows.length, columns: columns.length },
    {
      open,
      toggle: (place) => rows[place.row]?.kind === "group" && onToggle(rows[place.row]?.id ?? ""),
      show: (place) => {
        if (place.row >= 0) down.scrollToIndex(place.row);
        across.scrollToIndex(place.column);
      },
    },
  );
  return (
    <div
      ref={frame}
      className="grid-scroll"
      role="grid"
      tabIndex={0}
      aria-label={t("label")}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length + 1}
      aria-activedescendant={focus ? `cell-${focus.row}-${focus.column}` : undefined}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const place = placeOf(event.target);
        if (place) open(place);
      }}
      onPointerMove={(event) => setPointed(pointedAt(event))}
      onPointerLeave={() => setPointed(null)}
    >
      <div
        className="grid-canvas"
        style={{
          width: namesWidth + columns.length * COLUMN_WIDTH,
          height: BARS_HEIGHT + rows.length * ROW_HEIGHT + 8,
          ["--names" as string]: `${namesWidth}px`,
        }}
      >
        <Head columns={columns} from={from} until={until} search={search} focus={focus} />
        <Rows
          {...{ rows, columns, search, from, until, focus, selected, onToggle }}
          items={down.getVirtualItems()}
        />
      </div>
      {pointed && <Tip pointed={pointed} rows={rows} columns={columns} />}
    </div>
  );
}

interface RowsProps extends Omit<SheetProps, "onSelect"> {
  items: readonly VirtualItem[];
  from: number;
  until: number;
  focus: Place | null;
  /** The column of the selected run. */
  selected: number;
}

function Rows({ rows, columns, search, items, from, until, focus, selected, onToggle }: RowsProps) {
  const { t } = useTranslation("common");
  const word = useCallback((state: State) => t(`state.${state}`), [t]);
  return items.map(({ index, start }) => {
    const row = rows[index];
    if (!row) return null;
    const isSelected = search.task_id === row.id;
    return (
      <SheetRow
        key={row.id}
        row={row}
        index={index}
        top={BARS_HEIGHT + start}
        columns={columns}
        from={from}
        until={until}
        word={word}
        picked={search.state}
        selected={isSelected ? selected : null}
        isSelectedTask={isSelected}
        focused={focus?.row === index ? focus.column : null}
        onToggle={onToggle}
      />
    );
  });
}

interface HeadProps {
  columns: readonly Column[];
  from: number;
  until: number;
  search: DagSearch;
  focus: Place | null;
}

const Head = memo(function Head({ columns, from, until, search, focus }: HeadProps) {
  const isLive = columns.some(({ run }) => run.start_date !== null && run.end_date === null);
  const now = useNow(isLive);
  const runs = columns.map(({ run }) => run);
  return (
    <Bars
      columns={columns}
      shown={Array.from({ length: until - from }, (_, offset) => from + offset)}
      heights={heights(runs, now)}
      breaks={versionBreaks(runs)}
      selected={search.task_id === undefined ? search.dag_run_id : undefined}
      focused={focus?.row === -1 ? focus.column : null}
    />
  );
});

/** Scrolls to the newest run. */
function scrollToEnd(element: HTMLElement): void {
  element.scrollLeft = element.scrollWidth;
}

/** Begins at the newest run, and stays with it when new ones come. */
function useNewestInSight(frame: React.RefObject<HTMLDivElement | null>, count: number): void {
  const wasAtEnd = useRef(true);
  const former = useRef(0);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    if (former.current !== count && wasAtEnd.current) scrollToEnd(element);
    former.current = count;
    const note = () => {
      const rest = element.scrollWidth - element.clientWidth - element.scrollLeft;
      wasAtEnd.current = rest < COLUMN_WIDTH;
    };
    element.addEventListener("scroll", note, { passive: true });
    return () => element.removeEventListener("scroll", note);
  }, [frame, count]);
}
