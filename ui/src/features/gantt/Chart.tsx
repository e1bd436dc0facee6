import { Box } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { Axis } from "./Axis";
import { barsOf, extent, rowsOf, type Gantt } from "./bars";
import { ChartRow } from "./ChartRow";
import { Legend } from "./Legend";
import { useGestures, useWindow } from "./useWindow";

const ROW_HEIGHT = 28;

export function Chart({ gantt }: { gantt: Gantt }) {
  const { t } = useTranslation("gantt");
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const bars = useMemo(() => barsOf(gantt), [gantt]);
  const rows = useMemo(() => rowsOf(bars, open), [bars, open]);
  const view = useWindow(useMemo(() => extent(gantt, bars), [gantt, bars]));
  const frame = useRef<HTMLDivElement>(null);
  const track = useRef<HTMLDivElement>(null);
  useGestures(track, view);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  const toggle = (taskId: string) => {
    const next = new Set(open);
    if (!next.delete(taskId)) next.add(taskId);
    setOpen(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const acts: Record<string, () => void> = {
      "+": () => view.zoom(0.8),
      "-": () => view.zoom(1.25),
      ArrowLeft: () => view.pan(-0.1),
      ArrowRight: () => view.pan(0.1),
      "0": view.reset,
    };
    const act = event.target === event.currentTarget ? acts[event.key] : undefined;
    if (!act) return;
    event.preventDefault();
    act();
  };
  return (
    <>
      <Legend view={view} />
      <Box
        ref={frame}
        className="gantt"
        tabIndex={0}
        role="region"
        aria-label={t("label")}
        onKeyDown={onKeyDown}
      >
        <Axis span={view.span} track={track} />
        <ul className="gantt-rows" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const bar = rows[item.index];
            return (
              bar && (
                <ChartRow
                  key={bar.key}
                  bar={bar}
                  gantt={gantt}
                  span={view.span}
                  top={item.start}
                  onToggle={toggle}
                />
              )
            );
          })}
        </ul>
      </Box>
    </>
  );
}
