import { Anchor, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { Column } from "../../components/DataTable";
import { StateIcon, StateLabel } from "../../components/State";
import { countStates } from "../../components/actions/dryRun";
import { Cut } from "../../components/tables/Cut";
import type { Spot } from "./history";
import type { Task } from "./tasks";

type History = ReadonlyMap<string, readonly Spot[]>;
type Words = (key: string) => string;
const NO_SPOTS: readonly Spot[] = [];

export function useTaskColumns(dagId: string, history: History): Column<Task>[] {
  const { t } = useTranslation(["tables", "common"]);
  return useMemo(
    () => [
      {
        id: "task_id",
        header: t("column.task"),
        cell: (task) => <TaskName dagId={dagId} task={task} />,
        width: "minmax(12rem, 2fr)",
        isSortable: true,
      },
      {
        id: "latest",
        header: t("column.latest"),
        cell: (task) => <Latest dagId={dagId} task={task} spot={history.get(task.task_id)?.[0]} />,
        width: "minmax(8.5rem, 0.9fr)",
      },
      {
        id: "history",
        header: t("column.history"),
        cell: (task) => <Spots spots={history.get(task.task_id) ?? NO_SPOTS} />,
        width: "12.5rem",
        isMinor: true,
      },
      ...settings(t),
    ],
    [t, dagId, history],
  );
}

/** What the file says of the task. */
function settings(t: Words): Column<Task>[] {
  const column = (
    id: string,
    header: string,
    cell: Column<Task>["cell"],
    width: string,
  ): Column<Task> => ({
    id,
    header: t(`column.${header}`),
    cell,
    width,
    isMinor: true,
    isSortable: true,
  });
  return [
    column(
      "operator",
      "operator",
      (task) => <Cut text={task.operator_name} />,
      "minmax(8rem, 1fr)",
    ),
    column(
      "trigger_rule",
      "triggerRule",
      (task) => <code className="word">{task.trigger_rule}</code>,
      "minmax(8rem, 1fr)",
    ),
    { ...column("retries", "retries", (task) => task.retries, "6rem"), align: "right" },
    column("pool", "pool", (task) => <Cut text={task.pool} />, "minmax(7rem, 0.8fr)"),
    column("queue", "queue", (task) => <Cut text={task.queue} />, "minmax(6rem, 0.6fr)"),
    { ...column("priority", "priority", (task) => task.priority_weight, "6rem"), align: "right" },
  ];
}

function TaskName({ dagId, task }: { dagId: string; task: Task }) {
  const { t } = useTranslation("tables");
  return (
    <Group gap={6} wrap="nowrap">
      <Anchor
        size="sm"
        truncate
        title={task.task_id}
        renderRoot={(props) => (
          <Link
            to="/dags/$dagId/graph"
            params={{ dagId }}
            search={(former) => ({ ...former, task_id: task.task_id })}
            {...props}
          />
        )}
      >
        {task.task_display_name}
      </Anchor>
      {task.is_mapped && (
        <Text span size="xs" c="dimmed" style={{ flexShrink: 0 }}>
          {t("tasks.mapped")}
        </Text>
      )}
    </Group>
  );
}

function Latest(props: { dagId: string; task: Task; spot: Spot | undefined }) {
  const { dagId, task, spot } = props;
  const { t } = useTranslation();
  if (!spot) return <Text span>{t("time.none")}</Text>;
  return (
    <Anchor
      size="sm"
      c="inherit"
      renderRoot={(rest) => (
        <Link
          to="/dags/$dagId/runs/$runId/tasks/$taskId"
          params={{ dagId, runId: spot.runId, taskId: task.task_id }}
          {...rest}
        />
      )}
    >
      <StateLabel state={spot.state} />
    </Anchor>
  );
}

/** The latest runs, the last one at the right. */
function Spots({ spots }: { spots: readonly Spot[] }) {
  const { t } = useTranslation();
  if (spots.length === 0) return null;
  const words = [...countStates(spots.map((spot) => spot.state))]
    .map(([state, count]) => `${t(`state.${state}`)} ${count}`)
    .join(", ");
  return (
    <Group gap={3} wrap="nowrap" role="img" aria-label={words} title={words}>
      {spots.toReversed().map((spot) => (
        <StateIcon key={spot.runId} state={spot.state} size={15} />
      ))}
    </Group>
  );
}
