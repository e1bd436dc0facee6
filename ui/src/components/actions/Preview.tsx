import { Box, Group, Stack, Text } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";

import type { ApiProblem } from "../../api/client";
import { Loaded, Lines } from "../Query";
import { StateCounts } from "../StateCounts";
import { countStates, previewRows, type InstanceView, type PreviewRow } from "./dryRun";

const ROW_HEIGHT = 32;
const HEIGHT_MAX = 320;

/** Exactly what would change, by run and task. */
export function Preview({ query }: { query: UseQueryResult<InstanceView[], ApiProblem> }) {
  return (
    <Box
      aria-live="polite"
      aria-busy={query.isFetching}
      style={{ opacity: query.isFetching ? 0.6 : 1 }}
    >
      <Loaded query={query} skeleton={<Lines count={4} />}>
        {(instances) => <PreviewOf instances={instances} />}
      </Loaded>
    </Box>
  );
}

function PreviewOf({ instances }: { instances: readonly InstanceView[] }) {
  const { t } = useTranslation("actions");
  const rows = useMemo(() => previewRows(instances), [instances]);
  if (instances.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("preview.nothing")}
      </Text>
    );
  }
  const runs = rows.filter((row) => row.kind === "run").length;
  return (
    <Stack gap="xs">
      <Group gap="sm" justify="space-between">
        <Text size="sm" fw={600}>
          {t("preview.instances", { count: instances.length })}
          {runs > 1 && ` · ${t("preview.runs", { count: runs })}`}
        </Text>
        <StateCounts counts={countStates(instances.map((one) => one.state))} isNamed />
      </Group>
      <PreviewList rows={rows} />
    </Stack>
  );
}

function PreviewList({ rows }: { rows: readonly PreviewRow[] }) {
  const { t } = useTranslation("actions");
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  return (
    <Box
      ref={frame}
      role="region"
      tabIndex={0}
      aria-label={t("preview.label")}
      className="table"
      style={{ maxHeight: HEIGHT_MAX }}
    >
      <Box style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <Box
              key={row.key}
              style={{
                position: "absolute",
                insetInline: 0,
                height: ROW_HEIGHT,
                transform: `translateY(${item.start}px)`,
              }}
            >
              <Line row={row} />
            </Box>
          );
        })}
      </Box>
    </Box>
  );
}

function Line({ row }: { row: PreviewRow }) {
  const isRun = row.kind === "run";
  return (
    <Group
      gap="sm"
      px="sm"
      h="100%"
      wrap="nowrap"
      justify="space-between"
      pl={isRun ? "sm" : "xl"}
      bg={isRun ? "var(--mantine-color-default-hover)" : undefined}
    >
      <Text size="sm" truncate fw={isRun ? 600 : 400} title={row.name}>
        {row.name}
      </Text>
      {isRun ? (
        <Text size="sm" c="dimmed" className="time">
          {row.count}
        </Text>
      ) : (
        <Box style={{ flexShrink: 0 }}>
          <StateCounts counts={row.counts} />
        </Box>
      )}
    </Group>
  );
}
