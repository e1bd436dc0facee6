/** The squares: only those in sight are drawn, in both directions. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";

import type { DagSearch } from "../../lib/dagSearch";
import { useNow } from "../../lib/now";
import { Bars } from "./Bars";
import { heights, versionBreaks, type Row } from "./model";
import { SheetRow } from "./SheetRow";
import { Tip, type Pointed } from "./Tip";
import { BARS_HEIGHT, COLUMN_WIDTH, NAMES_WIDTH, NAMES_WIDTH_NARROW, ROW_HEIGHT } from "./sizes";
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

function useVirtual(frame: React.RefObject<HTMLDivElement | null>, rows: number, columns: number) {
  const down = useVirtualizer({
    count: rows,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6,
  });
  const across = useVirtualizer({
    horizontal: true,
    count: columns,
    getScrollElement: () => frame.current,
    estimateSize: () => COLUMN_WIDTH,
    overscan: 6,
  });
  return { down, across };
}

export function Sheet({ rows, columns, search, onSelect, onToggle }: SheetProps) {
  const { t } = useTranslation("grid");
  const frame = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const namesWidth = window.innerWidth < 700 ? NAMES_WIDTH_NARROW : NAMES_WIDTH;
  const { down, across } = useVirtual(frame, rows.length, columns.length);
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
  const shown = across.getVirtualItems().map((item) => item.index);
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
        <Head columns={columns} shown={shown} search={search} focus={focus} />
        {down.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          const isSelected = search.task_id === row.id;
          return (
            <SheetRow
              key={row.id}
              row={row}
              index={item.index}
              top={BARS_HEIGHT + item.start}
              columns={columns}
              first={shown[0] ?? 0}
              last={shown.at(-1) ?? -1}
              picked={search.state}
              selectedRun={isSelected ? search.dag_run_id : undefined}
              isSelectedTask={isSelected}
              focused={focus?.row === item.index ? focus.column : null}
              onToggle={onToggle}
            />
          );
        })}
      </div>
      {pointed && <Tip pointed={pointed} rows={rows} columns={columns} />}
    </div>
  );
}

interface HeadProps {
  columns: readonly Column[];
  shown: readonly number[];
  search: DagSearch;
  focus: Place | null;
}

function Head({ columns, shown, search, focus }: HeadProps) {
  const isLive = columns.some(({ run }) => run.start_date !== null && run.end_date === null);
  const now = useNow(isLive);
  const runs = columns.map(({ run }) => run);
  return (
    <Bars
      columns={columns}
      shown={shown}
      heights={heights(runs, now)}
      breaks={versionBreaks(runs)}
      selected={search.task_id === undefined ? search.dag_run_id : undefined}
      focused={focus?.row === -1 ? focus.column : null}
    />
  );
}

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
