import { Anchor, Group, Text } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { get } from "../../api/query";
import { StateCounts } from "../../components/StateCounts";
import { RUN_STATES } from "../../lib/states";

interface RangeStatesProps {
  dagId: string;
  from: string;
  until: string;
}

/** How the runs of a range of logical dates stand. */
export function RangeStates({ dagId, from, until }: RangeStatesProps) {
  const { t } = useTranslation("backfills");
  const range = { logical_date_gte: from, logical_date_lte: until, limit: 0 };
  const queries = useQueries({
    queries: RUN_STATES.map((state) =>
      get(
        "/api/v2/dags/{dag_id}/dagRuns",
        { params: { path: { dag_id: dagId }, query: { ...range, state: [state] } } },
        { live: ["run"] },
      ),
    ),
  });
  const counts = RUN_STATES.map(
    (state, index) => [state, queries[index]?.data?.total_entries ?? 0] as const,
  ).filter(([, count]) => count > 0);
  if (counts.length === 0) return null;
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed">
        {t("inRange")}
      </Text>
      <StateCounts counts={counts} isNamed />
      <Anchor
        size="sm"
        renderRoot={(props) => (
          <Link
            to="/dags/$dagId/runs"
            params={{ dagId }}
            search={{ run_types: ["backfill"] }}
            {...props}
          />
        )}
      >
        {t("showRuns")}
      </Anchor>
    </Group>
  );
}
