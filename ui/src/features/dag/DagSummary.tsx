import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Answer } from "../../api/query";
import { Time } from "../../components/Time";

/** When it runs, and when next. */
export function DagSummary({ dag }: { dag: Answer<"/api/v2/dags/{dag_id}"> }) {
  const { t } = useTranslation("dag");
  return (
    <Group gap="lg">
      <Text size="sm" c="dimmed">
        {t("next")} <Time at={dag.next_dagrun_run_after} />
      </Text>
    </Group>
  );
}
