/** What is selected: a run, or a task in it; its facts and what can be done. */

import { ActionIcon, Anchor, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { InstanceActions } from "../../components/actions/InstanceActions";
import { RunActions } from "../../components/actions/RunActions";
import { Facts } from "../../components/Facts";
import { StateLabel } from "../../components/State";
import { Duration, Time } from "../../components/Time";
import type { DagSearch } from "../../lib/dagSearch";
import { isFinished } from "../../lib/states";
import { cellOf, type CellFacts, type GridRun, type Row } from "./model";
import type { Column } from "./useGrid";
import { Reasons } from "./Reasons";

interface PanelProps {
  dagId: string;
  columns: readonly Column[];
  rows: readonly Row[];
  search: DagSearch;
  onClose: () => void;
}

export function SidePanel({ dagId, columns, rows, search, onClose }: PanelProps) {
  const { t } = useTranslation(["grid", "common"]);
  const column = columns.find(({ run }) => run.dag_run_id === search.dag_run_id);
  if (!column) return null;
  const row = rows.find(({ id }) => id === search.task_id);
  const facts = row ? cellOf(row, column.tasks) : null;
  return (
    <Paper withBorder p="md" className="grid-panel" component="aside" aria-label={t("selected")}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Title order={2} size="h5" className="title">
            {row && facts ? row.label : column.run.dag_run_id}
          </Title>
          <ActionIcon
            variant="subtle"
            color="gray"
            onClick={onClose}
            aria-label={t("common:action.close")}
          >
            <IconX size={16} />
          </ActionIcon>
        </Group>
        {row && facts ? (
          <OfTask dagId={dagId} run={column.run} row={row} facts={facts} />
        ) : (
          <OfRun dagId={dagId} run={column.run} />
        )}
      </Stack>
    </Paper>
  );
}

function OfRun({ dagId, run }: { dagId: string; run: GridRun }) {
  const { t } = useTranslation(["grid", "common"]);
  return (
    <>
      <StateLabel state={run.state} />
      <RunActions dagId={dagId} runId={run.dag_run_id} state={run.state} />
      <Facts
        facts={[
          [t("type"), t(`common:runType.${run.run_type}`)],
          [t("runAfter"), <Time key="after" at={run.run_after} />],
          [t("started"), <Time key="start" at={run.start_date} />],
          [t("ended"), <Time key="end" at={run.end_date} />],
          [t("duration"), <Duration key="for" from={run.start_date} until={run.end_date} />],
          [t("versionName"), run.version_number],
        ]}
      />
      <Anchor
        size="sm"
        renderRoot={(props) => (
          <Link
            to="/dags/$dagId/runs/$runId"
            params={{ dagId, runId: run.dag_run_id }}
            {...props}
          />
        )}
      >
        {t("openRun")}
      </Anchor>
    </>
  );
}

interface OfTaskProps {
  dagId: string;
  run: GridRun;
  row: Row;
  facts: CellFacts;
}

function OfTask({ dagId, run, row, facts }: OfTaskProps) {
  const { t } = useTranslation(["grid", "common"]);
  const place = { dagId, runId: run.dag_run_id, taskId: row.id };
  const isOne = row.kind === "task" && !row.isMapped;
  return (
    <>
      <Group gap="md">
        {[...facts.counts].map(([state, count]) => (
          <Group key={state} gap={4}>
            <StateLabel state={state} />
            {facts.total > 1 && <Text size="sm">{count}</Text>}
          </Group>
        ))}
      </Group>
      {row.kind === "task" && (
        <InstanceActions {...place} mapIndex={-1} state={facts.state} isMapped={row.isMapped} />
      )}
      {isOne && !isFinished(facts.state) && facts.state !== "running" && <Reasons {...place} />}
      <Facts
        facts={[
          [t("common:palette.tasks"), row.id],
          [t("run"), run.dag_run_id],
          [t("tries"), facts.tryNumber],
          [t("started"), <Time key="start" at={facts.start} />],
          [t("ended"), <Time key="end" at={facts.end} />],
          [t("duration"), <Duration key="for" from={facts.start} until={facts.end} />],
        ]}
      />
      {row.kind === "task" && (
        <Group gap="md">
          {(row.isMapped ? (["mapped"] as const) : (["log", "why", "xcom"] as const)).map((tab) => (
            <Anchor
              key={tab}
              size="sm"
              renderRoot={(props) => (
                <Link
                  to="/dags/$dagId/runs/$runId/tasks/$taskId"
                  params={place}
                  search={{ tab }}
                  {...props}
                />
              )}
            >
              {t(`open.${tab}`)}
            </Anchor>
          ))}
        </Group>
      )}
    </>
  );
}
