import { MultiSelect, Paper, ScrollArea, Table, Title } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { duration } from "../../lib/time";
import { Plot } from "./Plot";
import { runSeries, taskSeries, type Durations, type TaskSeries } from "./series";

const SHOWN = 10;
/** Told apart by dash as well as by colour. */
const LOOKS = [
  { colour: "#1c7ed6" },
  { colour: "#e8590c" },
  { colour: "#2f9e44" },
  { colour: "#c2255c" },
  { colour: "#7048e8" },
  { colour: "#1c7ed6", dash: [8, 4] },
  { colour: "#e8590c", dash: [8, 4] },
  { colour: "#2f9e44", dash: [8, 4] },
  { colour: "#c2255c", dash: [8, 4] },
  { colour: "#7048e8", dash: [8, 4] },
];

export function TaskChart({ durations, isTable }: { durations: Durations; isTable: boolean }) {
  const { t } = useTranslation("durations");
  const [chosen, choose] = useState<string[] | null>(null);
  const all = useMemo(() => taskSeries(durations), [durations]);
  const at = useMemo(() => runSeries(durations.runs).at, [durations]);
  const shown = useMemo(() => {
    if (chosen === null) return all.slice(0, SHOWN);
    return all.filter((each) => chosen.includes(each.taskId));
  }, [all, chosen]);
  const lines = useMemo(
    () =>
      shown.map((each, index) => ({
        label: each.taskId,
        values: each.seconds,
        ...(LOOKS[index % LOOKS.length] ?? { colour: "gray" }),
      })),
    [shown],
  );
  if (all.length === 0) return null;
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h5" mb="sm">
        {t("ofTasks")}
      </Title>
      <MultiSelect
        label={t("tasks")}
        mb="sm"
        searchable
        clearable
        maxValues={SHOWN}
        data={all.map((each) => each.taskId)}
        value={shown.map((each) => each.taskId)}
        onChange={choose}
      />
      {isTable ? <TaskTable series={shown} /> : <Plot label={t("ofTasks")} at={at} lines={lines} />}
    </Paper>
  );
}

function TaskTable({ series }: { series: readonly TaskSeries[] }) {
  const { t } = useTranslation("durations");
  return (
    <ScrollArea type="auto">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("task")}</Table.Th>
            <Table.Th>{t("median")}</Table.Th>
            <Table.Th>{t("last")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {series.map((each) => (
            <Table.Tr key={each.taskId}>
              <Table.Td>{each.taskId}</Table.Td>
              <Table.Td>{duration(each.median)}</Table.Td>
              <Table.Td>{duration(each.seconds.findLast((value) => value !== null))}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
}
