import { Paper, ScrollArea, Table, Text, Title } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { Time } from "../../components/Time";
import { duration } from "../../lib/time";
import { Plot } from "./Plot";
import { median, runSeries, type Durations } from "./series";

interface RunChartProps {
  dagId: string;
  durations: Durations;
  isTable: boolean;
}

export function RunChart({ dagId, durations, isTable }: RunChartProps) {
  const { t } = useTranslation("durations");
  const navigate = useNavigate();
  const series = useMemo(() => runSeries(durations.runs), [durations]);
  const middle = median(series.ran);
  const lines = useMemo(
    () => [
      { label: t("ran"), values: series.ran, colour: "var(--state-running)" },
      { label: t("queued"), values: series.queued, colour: "var(--state-queued)" },
      { label: t("landing"), values: series.landing, colour: "var(--state-deferred)" },
      {
        label: t("median"),
        values: series.ran.map(() => middle),
        colour: "var(--mantine-color-dimmed)",
        dash: [6, 4],
      },
    ],
    [series, middle, t],
  );
  const open = useCallback(
    (index: number) => {
      const runId = series.ids[index];
      if (runId) void navigate({ to: "/dags/$dagId/runs/$runId", params: { dagId, runId } });
    },
    [navigate, dagId, series],
  );
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h5">
        {t("ofRuns")}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t("landingHint")}
      </Text>
      {isTable ? (
        <RunTable durations={durations} />
      ) : (
        <Plot label={t("ofRuns")} at={series.at} lines={lines} onPick={open} />
      )}
    </Paper>
  );
}

function RunTable({ durations }: { durations: Durations }) {
  const { t } = useTranslation("durations");
  const series = runSeries(durations.runs);
  const cell = (seconds: number | null | undefined) =>
    seconds === null || seconds === undefined ? "–" : duration(seconds);
  return (
    <ScrollArea.Autosize mah={420} type="auto" viewportProps={{ tabIndex: 0 }}>
      <Table stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("due")}</Table.Th>
            <Table.Th>{t("queued")}</Table.Th>
            <Table.Th>{t("ran")}</Table.Th>
            <Table.Th>{t("landing")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {series.ids.map((id, index) => (
            <Table.Tr key={id}>
              <Table.Td>
                <Time at={(series.at[index] ?? 0) * 1000} />
              </Table.Td>
              <Table.Td>{cell(series.queued[index])}</Table.Td>
              <Table.Td>{cell(series.ran[index])}</Table.Td>
              <Table.Td>{cell(series.landing[index])}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}
