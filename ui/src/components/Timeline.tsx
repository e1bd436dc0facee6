/** Why a run took so long: the tasks that decided when it ended, every second with its reason. */

import { Stack, Text, Title } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useGet } from "../api/query";
import { useNow } from "../lib/now";
import { duration } from "../lib/time";
import { Loaded } from "./Query";
import { Path } from "./timeline/Path";
import { bar, grown, sum, totals, type TimelineView } from "./timeline/stretches";
import "./timeline/timeline.css";
import { Totals } from "./timeline/Totals";

interface TimelineProps {
  dagId: string;
  runId: string;
}

export function Timeline({ dagId, runId }: TimelineProps) {
  const query = useGet(
    "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/timeline",
    { params: { path: { dag_id: dagId, dag_run_id: runId } } },
    { live: ["run", "task_instances"] },
  );
  return (
    <Loaded query={query}>{(view) => <Found dagId={dagId} runId={runId} view={view} />}</Loaded>
  );
}

function Found({ dagId, runId, view }: TimelineProps & { view: TimelineView }) {
  const { t } = useTranslation("timeline");
  const now = useNow(!view.ended);
  const stretches = useMemo(() => grown(view, now), [view, now]);
  const whole = duration(sum(stretches));
  return (
    <Stack gap="lg">
      <Stack gap="xs">
        <Text size="sm">{t(view.ended ? "ended" : "goesOn", { total: whole })}</Text>
        <div className="timeline-bar" aria-hidden>
          {bar(stretches).map((part) => (
            <span
              key={part.from}
              className="timeline-part"
              data-phase={part.phase}
              style={{ left: `${part.from}%`, width: `${part.width}%` }}
            />
          ))}
        </div>
      </Stack>
      <Stack gap="xs" component="section">
        <Title order={2} size="h5">
          {t("totals")}
        </Title>
        <Totals dagId={dagId} totals={totals(stretches)} />
      </Stack>
      <Stack gap="xs" component="section" align="flex-start">
        <Title order={2} size="h5">
          {t("path")}
        </Title>
        <Path dagId={dagId} runId={runId} stretches={stretches} />
      </Stack>
    </Stack>
  );
}
