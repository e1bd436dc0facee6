/** Task instances that failed within a day, each with its cause in a line, one click from the log. */

import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Cause } from "../../components/Cause";
import { Empty } from "../../components/Empty";
import { StateIcon } from "../../components/State";
import { Time } from "../../components/Time";
import { instanceName, type Failure, type Home } from "./home";
import { Panel } from "./Panel";

const SHOWN_FIRST = 10;

export function Failures({ home }: { home: Home }) {
  const { t } = useTranslation(["home", "common"]);
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? home.failures : home.failures.slice(0, SHOWN_FIRST);
  return (
    <Panel
      title={t("failures.title")}
      count={home.failures_total > 0 ? home.failures_total.toLocaleString() : undefined}
      more={
        <Anchor
          size="sm"
          renderRoot={(props) => (
            <Link to="/browse/task-instances" search={{ state: ["failed"] }} {...props} />
          )}
        >
          {t("all")}
        </Anchor>
      }
    >
      {shown.length === 0 && <Empty title={t("failures.none")} icon={IconCircleCheck} />}
      <Stack gap={0} component="ul" className="home-list">
        {shown.map((failure) => (
          <Item key={keyOf(failure)} failure={failure} />
        ))}
      </Stack>
      {!isWhole && home.failures.length > SHOWN_FIRST && (
        <Button variant="subtle" size="compact-sm" mt="xs" onClick={() => setWhole(true)}>
          {t("common:action.showMore")}
        </Button>
      )}
    </Panel>
  );
}

function keyOf(failure: Failure): string {
  return [failure.dag_id, failure.dag_run_id, failure.task_id, failure.map_index].join(" ");
}

function Item({ failure }: { failure: Failure }) {
  const { t } = useTranslation("home");
  return (
    <li>
      <Group gap={8} wrap="nowrap" align="flex-start">
        <span className="home-icon">
          <StateIcon state="failed" />
        </span>
        <div className="home-body">
          <Group gap="2px 8px" justify="space-between" wrap="nowrap" align="flex-start">
            <Text size="sm" component="div" className="home-names">
              <Anchor
                size="sm"
                c="dimmed"
                renderRoot={(props) => (
                  <Link
                    to="/dags/$dagId/grid"
                    params={{ dagId: failure.dag_id }}
                    search={{ dag_run_id: failure.dag_run_id }}
                    {...props}
                  />
                )}
              >
                {failure.dag_display_name}
              </Anchor>{" "}
              <Anchor
                size="sm"
                fw={600}
                aria-label={t("failures.log", {
                  name: instanceName(failure.task_id, failure.map_index),
                })}
                renderRoot={(props) => (
                  <Link
                    to="/dags/$dagId/runs/$runId/tasks/$taskId"
                    params={{
                      dagId: failure.dag_id,
                      runId: failure.dag_run_id,
                      taskId: failure.task_id,
                    }}
                    search={{
                      tab: "log",
                      ...(failure.map_index >= 0 ? { map_index: failure.map_index } : {}),
                    }}
                    {...props}
                  />
                )}
              >
                {instanceName(failure.task_id, failure.map_index)}
              </Anchor>
            </Text>
            <Text size="xs" c="dimmed" component="div" lh={1.6}>
              <Time at={failure.failed_at} isRelative />
            </Text>
          </Group>
          <Cause kind={failure.cause} words={failure.words} lines={2} />
        </div>
      </Group>
    </li>
  );
}
