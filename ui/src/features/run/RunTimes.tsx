import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { Facts } from "../../components/Facts";
import { Loaded } from "../../components/Query";
import { duration } from "../../lib/time";
import { byPhase } from "./phases";

/** Where the time of a run went. */
export function RunTimes({ dagId, runId }: { dagId: string; runId: string }) {
  const { t } = useTranslation("run");
  const query = useGet(
    "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/timeline",
    { params: { path: { dag_id: dagId, dag_run_id: runId } } },
    { live: ["run", "task_instances"] },
  );
  return (
    <Loaded query={query}>
      {({ totals, seconds }) => (
        <Stack gap="xs">
          <Text size="sm">{t("times.words", { total: duration(seconds) })}</Text>
          <Facts
            facts={byPhase(totals).map(([phase, spent]) => [t(`phase.${phase}`), duration(spent)])}
          />
        </Stack>
      )}
    </Loaded>
  );
}
