/** A run over time. */

import { Stack, Text } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { Empty } from "../../components/Empty";
import { Lines, Loaded } from "../../components/Query";
import { RunPicker } from "../../components/RunPicker";
import { Chart } from "./Chart";
import "./gantt.css";

export default function GanttTab() {
  const { t } = useTranslation("gantt");
  const { dagId } = useParams({ from: "/inside/dags/$dagId" });
  const { dag_run_id: chosen } = useSearch({ from: "/inside/dags/$dagId" });
  const navigate = useNavigate();
  const latest = useGet(
    "/api/v2/dags/{dag_id}/dagRuns",
    { params: { path: { dag_id: dagId }, query: { limit: 1, order_by: ["-run_after"] } } },
    { live: ["run"], enabled: chosen === undefined },
  );
  const runId = chosen ?? latest.data?.dag_runs[0]?.dag_run_id;
  const pick = (next: string | undefined) =>
    void navigate({
      to: "/dags/$dagId/gantt",
      params: { dagId },
      search: (former) => ({ ...former, dag_run_id: next }),
      replace: true,
    });
  return (
    <Stack gap="sm">
      <RunPicker dagId={dagId} runId={chosen} onPick={pick} />
      {runId === undefined ? (
        latest.data ? (
          <Empty title={t("noRuns")} />
        ) : (
          <Lines />
        )
      ) : (
        <OfRun dagId={dagId} runId={runId} />
      )}
    </Stack>
  );
}

function OfRun({ dagId, runId }: { dagId: string; runId: string }) {
  const { t } = useTranslation("gantt");
  const query = useGet(
    "/api/v2/ui/gantt/{dag_id}/{dag_run_id}",
    { params: { path: { dag_id: dagId, dag_run_id: runId } } },
    { live: ["run", "task_instances"], keep: true },
  );
  return (
    <Loaded query={query}>
      {(gantt) => (
        <>
          {!gantt.complete && (
            <Text size="sm" c="dimmed">
              {t("tooMany")}
            </Text>
          )}
          <Chart gantt={gantt} />
        </>
      )}
    </Loaded>
  );
}
