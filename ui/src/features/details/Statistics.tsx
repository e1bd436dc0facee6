import { Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { Facts } from "../../components/Facts";
import { Loaded } from "../../components/Query";
import { StateLabel } from "../../components/State";
import { Time } from "../../components/Time";
import { RUN_STATES } from "../../lib/states";
import { duration, secondsBetween } from "../../lib/time";
import { Section } from "./Section";
import { figures } from "./statistics";

const RUNS = 100;

/** How its runs went, and how long they took: all by state, the times of the latest. */
export function Statistics({ dagId }: { dagId: string }) {
  const { t } = useTranslation("details");
  const stats = useGet(
    "/api/v2/dagStats",
    { params: { query: { dag_ids: [dagId] } } },
    { live: ["run"] },
  );
  const runs = useGet(
    "/api/v2/dags/{dag_id}/dagRuns",
    { params: { path: { dag_id: dagId }, query: { limit: RUNS, order_by: ["-run_after"] } } },
    { live: ["run"] },
  );
  const first = useGet(
    "/api/v2/dags/{dag_id}/dagRuns",
    { params: { path: { dag_id: dagId }, query: { limit: 1, order_by: ["run_after"] } } },
    { live: ["run"] },
  ).data?.dag_runs[0];
  const counts = new Map(stats.data?.dags[0]?.stats.map(({ state, count }) => [state, count]));
  return (
    <Section title={t("statistics")}>
      <Stack gap="sm">
        <Group gap="md">
          {RUN_STATES.map((state) => (
            <Group key={state} gap={6}>
              <StateLabel state={state} />
              <Text size="sm">{counts.get(state) ?? 0}</Text>
            </Group>
          ))}
        </Group>
        <Loaded query={runs}>
          {(data) => {
            const lasting = data.dag_runs.flatMap((run) => {
              const seconds = secondsBetween(run.start_date, run.end_date);
              return seconds === null ? [] : [seconds];
            });
            const found = figures(lasting);
            const last = data.dag_runs[0];
            return (
              <Facts
                facts={[
                  [t("firstRun"), first && <Time key="first" at={first.run_after} />],
                  [t("lastRun"), last && <Time key="last" at={last.run_after} />],
                  [t("counted"), lasting.length],
                  [t("median"), found && duration(found.median)],
                  [t("mean"), found && duration(found.mean)],
                  [t("max"), found && duration(found.max)],
                ]}
              />
            );
          }}
        </Loaded>
      </Stack>
    </Section>
  );
}
