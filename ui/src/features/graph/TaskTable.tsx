/** The graph as a list: who can't see it, or seeks something, reads it row by row. */

import { Anchor, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { DataTable, type Column } from "../../components/DataTable";
import { StateLabel } from "../../components/State";
import { StateCounts } from "../../components/StateCounts";
import { neighbours } from "../../graph/around";
import type { Graph } from "../../graph/types";
import type { TaskFacts } from "./graphOf";
import type { Statuses } from "./statuses";

interface TaskTableProps {
  dagId: string;
  runId: string | null;
  tasks: readonly TaskFacts[];
  graph: Graph;
  statuses: Statuses;
}

type Lists = ReadonlyMap<string, readonly string[]>;
type Words = TFunction<["graph", "common"]>;

function names(lists: Lists, task: TaskFacts) {
  const ids = lists.get(task.task_id)?.join(", ");
  return (
    <Text size="sm" lineClamp={2} title={ids}>
      {ids}
    </Text>
  );
}

function stateOf({ runId, statuses }: TaskTableProps, task: TaskFacts) {
  const status = statuses.get(task.task_id);
  if (status?.counts) return <StateCounts counts={status.counts} />;
  return runId === null ? null : <StateLabel state={status?.state ?? null} />;
}

function columnsOf(props: TaskTableProps, before: Lists, after: Lists, t: Words) {
  const columns: Column<TaskFacts>[] = [
    {
      id: "task",
      header: t("fact.taskId"),
      width: "minmax(10rem, 2fr)",
      cell: (task) => <TaskLink dagId={props.dagId} runId={props.runId} task={task} />,
    },
    {
      id: "state",
      header: t("state"),
      width: "minmax(8rem, 1fr)",
      cell: (task) => stateOf(props, task),
    },
    {
      id: "operator",
      header: t("fact.operator"),
      width: "minmax(8rem, 1fr)",
      isMinor: true,
      cell: (task) => task.operator,
    },
    {
      id: "rule",
      header: t("fact.triggerRule"),
      width: "minmax(8rem, 1fr)",
      isMinor: true,
      cell: (task) => task.trigger_rule,
    },
    {
      id: "before",
      header: t("part.upstream"),
      width: "minmax(8rem, 1.5fr)",
      cell: (task) => names(before, task),
    },
    {
      id: "after",
      header: t("part.downstream"),
      width: "minmax(8rem, 1.5fr)",
      isMinor: true,
      cell: (task) => names(after, task),
    },
  ];
  return columns;
}

export function TaskTable(props: TaskTableProps) {
  const { t } = useTranslation(["graph", "common"]);
  const { before, after } = useMemo(() => neighbours(props.graph.edges), [props.graph]);
  return (
    <DataTable
      label={t("tableLabel")}
      rows={props.tasks}
      columns={columnsOf(props, before, after, t)}
      keyOf={(task) => task.task_id}
    />
  );
}

function TaskLink({
  dagId,
  runId,
  task,
}: {
  dagId: string;
  runId: string | null;
  task: TaskFacts;
}) {
  if (runId === null) return <Text size="sm">{task.task_id}</Text>;
  return (
    <Anchor
      size="sm"
      renderRoot={(props) => (
        <Link
          to="/dags/$dagId/runs/$runId/tasks/$taskId"
          params={{ dagId, runId, taskId: task.task_id }}
          {...props}
        />
      )}
    >
      {task.task_id}
    </Anchor>
  );
}
