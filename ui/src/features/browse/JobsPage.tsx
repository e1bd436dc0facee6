/** The processes of the deployment, and when each last gave a sign of life. */

import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useGet, type Answer } from "../../api/query";
import { DataTable, type Column } from "../../components/DataTable";
import { Empty } from "../../components/Empty";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/Query";
import { Time } from "../../components/Time";

type Job = Answer<"/api/v2/jobs">["jobs"][number];

/** Nothing tells of heartbeats: they are what there is when nothing else is. */
const LOOK_MS = 10_000;

export default function JobsPage() {
  const { t } = useTranslation(["browse", "common"]);
  const query = useGet(
    "/api/v2/jobs",
    { params: { query: { limit: 100, order_by: ["-latest_heartbeat"] } } },
    { everyMs: LOOK_MS },
  );
  const columns = useMemo(
    (): Column<Job>[] => [
      { id: "type", header: t("job.type"), cell: (job) => job.job_type },
      { id: "state", header: t("job.state"), cell: (job) => job.state },
      { id: "host", header: t("job.host"), cell: (job) => job.hostname },
      {
        id: "started",
        header: t("job.started"),
        cell: (job) => <Time at={job.start_date} />,
        isMinor: true,
      },
      {
        id: "heartbeat",
        header: t("job.heartbeat"),
        cell: (job) => <Time at={job.latest_heartbeat} isRelative />,
      },
    ],
    [t],
  );
  return (
    <Page title={t("common:nav.jobs")}>
      <Loaded query={query}>
        {(data) => (
          <DataTable
            label={t("common:nav.jobs")}
            rows={data.jobs}
            columns={columns}
            keyOf={(job) => String(job.id)}
            empty={<Empty title={t("job.none")} />}
          />
        )}
      </Loaded>
    </Page>
  );
}
