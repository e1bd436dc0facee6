/** DAGs as cards: the page scrolls, and only what is seen is drawn. */

import { Box, Group, Paper, Text } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState, type RefObject } from "react";
import { useTranslation } from "react-i18next";

import { RunBars } from "../../components/dags/RunBars";
import { Schedule } from "../../components/dags/Schedule";
import { TaskCounts } from "../../components/dags/TaskCounts";
import { DagMenu } from "./DagMenu";
import { Latest, Name, NextRun, PauseSwitch, Star, Tags, TriggerLink } from "./Parts";
import type { DagRow } from "./rows";

const CARD_MIN_PX = 330;
const CARD_PX = 212;
const GAP_PX = 12;

/** How many cards stand side by side. */
function columnsFor(width: number): number {
  return Math.max(1, Math.floor((width + GAP_PX) / (CARD_MIN_PX + GAP_PX)));
}

export function DagCards({ rows }: { rows: readonly DagRow[] }) {
  const { t } = useTranslation("common");
  const { ref, width } = useElementSize();
  const place = useRef<HTMLDivElement>(null);
  const top = useTop(place);
  const columns = columnsFor(width);
  const virtual = useWindowVirtualizer({
    count: width > 0 ? Math.ceil(rows.length / columns) : 0,
    estimateSize: () => CARD_PX + GAP_PX,
    overscan: 3,
    scrollMargin: top,
  });
  return (
    <Box ref={ref} role="list" aria-label={t("nav.dags")}>
      <Box ref={place} pos="relative" h={virtual.getTotalSize()}>
        {virtual.getVirtualItems().map((line) => (
          <Box
            key={line.key}
            ref={virtual.measureElement}
            data-index={line.index}
            className="dag-cards"
            style={{
              transform: `translateY(${line.start - top}px)`,
              gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
              gap: GAP_PX,
              paddingBottom: GAP_PX,
            }}
          >
            {rows.slice(line.index * columns, (line.index + 1) * columns).map((dag) => (
              <DagCard key={dag.id} dag={dag} />
            ))}
          </Box>
        ))}
      </Box>
    </Box>
  );
}

/** How far down the page an element begins, also after what stands above it has grown. */
function useTop(place: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      if (place.current) setTop(place.current.getBoundingClientRect().top + window.scrollY);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    measure();
    return () => observer.disconnect();
  }, [place]);
  return top;
}

function DagCard({ dag }: { dag: DagRow }) {
  const { t } = useTranslation("dags");
  return (
    <Paper withBorder p="sm" role="listitem" aria-label={dag.name} className="dag-card">
      <Group gap={6} wrap="nowrap" align="flex-start">
        <Star dag={dag} />
        <Name dag={dag} />
        <Group gap={2} ml="auto" wrap="nowrap">
          <PauseSwitch dag={dag} />
          <TriggerLink dag={dag} />
          <DagMenu dag={dag} />
        </Group>
      </Group>
      <Box className="dag-card-tags">
        <Tags dag={dag} />
      </Box>
      <Group justify="space-between" align="flex-end" wrap="nowrap" gap="sm">
        <RunBars dagId={dag.id} />
        <Box ta="right" miw={0}>
          <Latest dag={dag} />
        </Box>
      </Group>
      <TaskCounts dagId={dag.id} />
      <Group justify="space-between" gap="sm" wrap="nowrap" className="dag-card-foot">
        <Schedule text={dag.scheduleText} timetable={dag.timetable} size="xs" />
        <Text size="xs" c="dimmed" ta="right" style={{ flexShrink: 0 }} component="div">
          {t("column.next")} <NextRun dag={dag} />
        </Text>
      </Group>
    </Paper>
  );
}
