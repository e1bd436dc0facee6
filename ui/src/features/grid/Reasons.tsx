import { List, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";

interface ReasonsProps {
  dagId: string;
  runId: string;
  taskId: string;
}

/** Why a task has not begun, in the scheduler's own words. */
export function Reasons({ dagId, runId, taskId }: ReasonsProps) {
  const { t } = useTranslation("grid");
  const query = useGet(
    "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/holds",
    { params: { path: { dag_id: dagId, dag_run_id: runId, task_id: taskId } } },
    { live: ["run", "task_instances", "dag", "pools"] },
  );
  const holds = query.data?.holds ?? [];
  if (holds.length === 0) return null;
  return (
    <section>
      <Text size="sm" fw={600}>
        {t("why")}
      </Text>
      <List size="sm">
        {holds.map((hold) => (
          <List.Item key={`${hold.code} ${hold.words}`}>{hold.words}</List.Item>
        ))}
      </List>
    </section>
  );
}
