/** What is selected, in short, with what can be done with it. */

import { Anchor, Button, CloseButton, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { InstanceActions } from "../../components/actions/InstanceActions";
import { Facts } from "../../components/Facts";
import { StateLabel } from "../../components/State";
import { StateCounts } from "../../components/StateCounts";
import { Duration, Time } from "../../components/Time";
import type { OtherDag } from "../../graph/across";
import type { DagSearch } from "../../lib/dagSearch";
import { isFinished } from "../../lib/states";
import type { TaskFacts } from "./graphOf";
import type { Status } from "./statuses";

interface TaskPanelProps {
  dagId: string;
  runId: string | null;
  task: TaskFacts;
  status: Status | undefined;
  onSearch: (change: Partial<DagSearch>) => void;
  onClose: () => void;
}

export function TaskPanel({ dagId, runId, task, status, onSearch, onClose }: TaskPanelProps) {
  const { t } = useTranslation(["graph", "common"]);
  const params = { dagId, runId: runId ?? "", taskId: task.task_id };
  return (
    <Panel key={task.task_id} name={task.label} onClose={onClose}>
      {runId !== null && status && (
        <>
          {status.counts ? (
            <StateCounts counts={status.counts} isNamed />
          ) : (
            <StateLabel state={status.state} />
          )}
          <Anchor
            size="sm"
            renderRoot={(props) => (
              <Link to="/dags/$dagId/runs/$runId/tasks/$taskId" params={params} {...props} />
            )}
          >
            {t("openInstance")}
          </Anchor>
          <InstanceActions
            dagId={dagId}
            runId={runId}
            taskId={task.task_id}
            mapIndex={-1}
            state={status.state}
            isMapped={task.is_mapped}
          />
        </>
      )}
      <TaskFactsList task={task} status={status} />
      <Around taskId={task.task_id} onSearch={onSearch} />
    </Panel>
  );
}

function TaskFactsList({ task, status }: { task: TaskFacts; status: Status | undefined }) {
  const { t } = useTranslation(["graph", "common"]);
  const hasEnded = status ? isFinished(status.state) : false;
  const marks = [
    task.is_setup && t("setup"),
    task.is_teardown && t("teardown"),
    task.is_mapped && t("mapped"),
    task.is_sensor && t("sensor"),
    task.has_outlets && t("outlets"),
  ].filter((mark) => mark !== false);
  return (
    <Facts
      facts={[
        [t("fact.taskId"), task.task_id],
        [t("fact.operator"), task.operator],
        [t("fact.triggerRule"), task.trigger_rule],
        [t("fact.kind"), marks.join(", ")],
        [t("fact.tries"), status && status.tries > 0 ? String(status.tries) : null],
        [t("fact.started"), status?.startedAt ? <Time key="at" at={status.startedAt} /> : null],
        [
          t("fact.duration"),
          status?.startedAt ? (
            <Duration
              key="duration"
              from={status.startedAt}
              until={hasEnded ? (status.endedAt ?? status.startedAt) : undefined}
            />
          ) : null,
        ],
      ]}
    />
  );
}

function Around({ taskId, onSearch }: Pick<TaskPanelProps, "onSearch"> & { taskId: string }) {
  const { t } = useTranslation("graph");
  const show = (filter_upstream: boolean, filter_downstream: boolean) => () =>
    onSearch({ root: taskId, filter_upstream, filter_downstream });
  return (
    <Stack gap={4}>
      <Text size="xs" c="dimmed">
        {t("part.only")}
      </Text>
      <Group gap="xs">
        <Button size="xs" variant="default" onClick={show(true, false)}>
          {t("part.upstream")}
        </Button>
        <Button size="xs" variant="default" onClick={show(true, true)}>
          {t("part.both")}
        </Button>
        <Button size="xs" variant="default" onClick={show(false, true)}>
          {t("part.downstream")}
        </Button>
      </Group>
    </Stack>
  );
}

export function OtherDagPanel({ other, onClose }: { other: OtherDag; onClose: () => void }) {
  const { t } = useTranslation("graph");
  return (
    <Panel key={other.id} name={other.dagId} onClose={onClose}>
      {other.kinds.map((kind) => (
        <Text key={kind} size="sm">
          {t(`relationInWords.${other.side}.${kind}`, { name: other.dagId })}
        </Text>
      ))}
      <Anchor
        size="sm"
        renderRoot={(props) => (
          <Link to="/dags/$dagId/graph" params={{ dagId: other.dagId }} {...props} />
        )}
      >
        {t("openDag")}
      </Anchor>
    </Panel>
  );
}

interface PanelProps {
  name: string;
  onClose: () => void;
  children: React.ReactNode;
}

function Panel({ name, onClose, children }: PanelProps) {
  const { t } = useTranslation(["graph", "common"]);
  const sheet = useRef<HTMLElement>(null);
  useEffect(() => {
    sheet.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <Paper
      component="section"
      ref={sheet}
      className="graph-panel"
      withBorder
      shadow="md"
      p="sm"
      aria-label={t("selected", { name })}
    >
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Title order={2} size="h5" className="title">
            <bdi>{name}</bdi>
          </Title>
          <CloseButton aria-label={t("common:action.close")} onClick={onClose} />
        </Group>
        {children}
      </Stack>
    </Paper>
  );
}
