import { Anchor, Group, Stack, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Facts } from "../../components/Facts";
import { JsonTree } from "../../components/JsonTree";
import { duration } from "../../lib/time";
import { deltaSeconds, type Sheet } from "./instance";
import { HERE } from "./route";

interface TaskFactsProps {
  dagId: string;
  runId: string;
  sheet: Sheet;
}

/** What the DAG's file says of the task, in the version that the run follows. */
export function TaskFacts({ dagId, runId, sheet }: TaskFactsProps) {
  const { t } = useTranslation("instance");
  const { task } = sheet;
  if (!task) return null;
  const delay = duration(deltaSeconds(task.retry_delay));
  const tasks = (ids: readonly string[]) => <TaskLinks dagId={dagId} runId={runId} taskIds={ids} />;
  const yes = (is: boolean) => (is ? t("common:yes") : null);
  return (
    <Stack gap="xs" component="section">
      <Title order={2} size="h5">
        {t("details.task")}
      </Title>
      <Facts
        facts={[
          [t("fact.taskId"), task.task_id],
          [t("fact.operator"), `${task.class_ref.module_path}.${task.class_ref.class_name}`],
          [t("fact.owner"), task.owner],
          [t("fact.group"), sheet.group_id],
          [t("fact.triggerRule"), task.trigger_rule],
          [t("fact.upstream"), sheet.upstream.length > 0 ? tasks(sheet.upstream) : null],
          [t("fact.downstream"), sheet.downstream.length > 0 ? tasks(sheet.downstream) : null],
          [
            t("fact.retries"),
            task.retries > 0 ? t("details.retries", { count: task.retries, delay }) : task.retries,
          ],
          [t("fact.timeout"), duration(deltaSeconds(task.execution_timeout))],
          [t("fact.dependsOnPast"), yes(task.depends_on_past)],
          [t("fact.waitForDownstream"), yes(task.wait_for_downstream)],
          [t("fact.weightRule"), task.weight_rule],
          [t("fact.callbacks"), sheet.callbacks.join(", ")],
          [
            t("fact.email"),
            sheet.email.length > 0
              ? `${sheet.email.join(", ")} (${sheet.email_on.join(", ")})`
              : null,
          ],
          [t("fact.links"), sheet.links.join(", ")],
          [t("fact.params"), treeOf(task.params, t("fact.params"))],
          [t("fact.operatorFacts"), treeOf(sheet.operator_facts, t("fact.operatorFacts"))],
        ]}
      />
    </Stack>
  );
}

function treeOf(value: object, label: string) {
  return Object.keys(value).length > 0 ? <JsonTree value={value} label={label} /> : null;
}

/** So many names are shown of a task with very many neighbours. */
const SHOWN_MAX = 50;

function TaskLinks({
  dagId,
  runId,
  taskIds,
}: {
  dagId: string;
  runId: string;
  taskIds: readonly string[];
}) {
  const { t } = useTranslation("instance");
  return (
    <Group gap="2px 12px">
      {taskIds.slice(0, SHOWN_MAX).map((taskId) => (
        <Anchor
          key={taskId}
          size="sm"
          renderRoot={(props) => <Link to={HERE} params={{ dagId, runId, taskId }} {...props} />}
        >
          {taskId}
        </Anchor>
      ))}
      {taskIds.length > SHOWN_MAX && t("details.more", { count: taskIds.length - SHOWN_MAX })}
    </Group>
  );
}
