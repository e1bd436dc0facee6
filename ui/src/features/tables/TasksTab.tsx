/** The tasks of a DAG as its file says them, and how they went lately. */

import { Stack, Text } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { DataTable } from "../../components/DataTable";
import { Empty } from "../../components/Empty";
import { Loaded } from "../../components/Query";
import { compact } from "../../lib/dagSearch";
import { historyOf } from "./history";
import { useTaskColumns } from "./taskColumns";
import { TaskFilters } from "./TaskFilters";
import { filtered, sorted, type Task, type TaskFilter } from "./tasks";

/** So many of the latest runs are looked at. */
const RUNS = 10;

export default function TasksTab() {
  const { dagId } = useParams({ from: "/inside/dags/$dagId/tasks" });
  const query = useGet(
    "/api/v2/dags/{dag_id}/tasks",
    { params: { path: { dag_id: dagId } } },
    { live: ["dag"] },
  );
  return <Loaded query={query}>{({ tasks }) => <Tasks dagId={dagId} tasks={tasks} />}</Loaded>;
}

function Tasks({ dagId, tasks }: { dagId: string; tasks: readonly Task[] }) {
  const { t } = useTranslation("tables");
  const search = useSearch({ from: "/inside/dags/$dagId/tasks" });
  const navigate = useNavigate({ from: "/dags/$dagId/tasks" });
  const runs = useGet(
    "/api/v2/grid/{dag_id}",
    { params: { path: { dag_id: dagId }, query: { limit: RUNS } } },
    { live: ["run", "task_instances"], keep: true },
  );
  const history = useMemo(() => historyOf(runs.data?.runs ?? []), [runs.data]);
  const columns = useTaskColumns(dagId, history);
  const filter: TaskFilter = {
    text: search.task_q,
    operators: search.operators,
    triggerRules: search.trigger_rules,
    hasRetries: search.retries,
    isMapped: search.mapped,
  };
  const sort = search.tasks_sort ?? "task_id";
  const set = (change: Record<string, unknown>) =>
    void navigate({
      search: (old) => compact({ ...old, ...change }),
      replace: true,
      resetScroll: false,
    });
  const rows = sorted(filtered(tasks, filter), sort);
  return (
    <Stack gap="sm">
      <TaskFilters tasks={tasks} filter={filter} onChange={set} />
      <DataTable
        label={t("tasks.label")}
        rows={rows}
        columns={columns}
        keyOf={(task) => task.task_id}
        sort={sort}
        onSort={(tasks_sort) => set({ tasks_sort })}
        isCurrent={(task) => task.task_id === search.task_id}
        empty={<Empty title={t(tasks.length > 0 ? "tasks.noMatch" : "tasks.empty")} />}
      />
      <Text size="sm" c="dimmed" role="status">
        {t("tasks.count", { count: rows.length, total: tasks.length })}
      </Text>
    </Stack>
  );
}
