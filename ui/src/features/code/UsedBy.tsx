import { Anchor, Group, Text, VisuallyHidden } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { StateIcon } from "../../components/State";
import { toState } from "../../lib/states";
import { dateTime } from "../../lib/time";
import { useZone } from "../../lib/zone";

const SHOWN = 6;

/** Which runs ran this code: the latest few, and how many there are. */
export function UsedBy({ dagId, codeVersion }: { dagId: string; codeVersion: string }) {
  const { t } = useTranslation(["code", "common"]);
  const { zone } = useZone();
  const query = useGet(
    "/api/v2/dags/{dag_id}/dagRuns",
    {
      params: {
        path: { dag_id: dagId },
        query: { bundle_version: codeVersion, limit: SHOWN, order_by: ["-run_after"] },
      },
    },
    { live: ["run"], keep: true },
  );
  if (!query.data) return null;
  const { dag_runs: runs, total_entries: total } = query.data;
  return (
    <Group gap="xs" mb="xs" component="section" aria-label={t("usedBy", { count: total ?? 0 })}>
      <Text size="sm" c="dimmed">
        {t("usedBy", { count: total ?? runs.length })}
      </Text>
      {runs.map((run) => (
        <Anchor
          key={run.dag_run_id}
          size="sm"
          title={run.dag_run_id}
          renderRoot={(props) => (
            <Link
              to="/dags/$dagId/runs/$runId"
              params={{ dagId, runId: run.dag_run_id }}
              {...props}
            />
          )}
        >
          <Group gap={4} wrap="nowrap" component="span" display="inline-flex" className="time">
            <StateIcon state={toState(run.state)} size={14} />
            <VisuallyHidden>{t(`common:state.${toState(run.state)}`)}</VisuallyHidden>
            {dateTime(run.run_after, zone)}
          </Group>
        </Anchor>
      ))}
      {(total ?? 0) > runs.length && (
        <Text size="sm" c="dimmed">
          {t("usedMore", { count: (total ?? 0) - runs.length })}
        </Text>
      )}
    </Group>
  );
}
