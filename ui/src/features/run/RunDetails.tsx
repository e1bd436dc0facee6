import { Anchor, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { Copy } from "../../components/Copy";
import { Facts } from "../../components/Facts";
import { Lines } from "../../components/Query";
import { Time } from "../../components/Time";
import type { Run } from "./types";

const Code = lazy(() => import("../../components/Code"));

/** Everything that is known of a run. */
export function RunDetails({ run }: { run: Run }) {
  const { t } = useTranslation(["run", "common"]);
  const conf = JSON.stringify(run.conf, null, 2);
  const isEmpty = Object.keys(run.conf).length === 0;
  return (
    <Stack>
      <Facts
        facts={[
          [
            t("id"),
            <Text key="id" span size="sm">
              {run.dag_run_id} <Copy text={run.dag_run_id} />
            </Text>,
          ],
          [t("type"), t(`common:runType.${run.run_type}`)],
          [t("trigger"), t(`triggeredBy.${run.triggered_by}`, { defaultValue: run.triggered_by })],
          [t("user"), run.triggering_user_name],
          [t("logicalDate"), run.logical_date && <Time key="logical" at={run.logical_date} />],
          [
            t("intervalStart"),
            run.data_interval_start && <Time key="start" at={run.data_interval_start} />,
          ],
          [
            t("intervalEnd"),
            run.data_interval_end && <Time key="end" at={run.data_interval_end} />,
          ],
          [t("runAfter"), <Time key="after" at={run.run_after} />],
          [t("reasonOfEnd"), run.reason && t(`reason.${run.reason}`, { defaultValue: run.reason })],
          [t("version"), <Version key="version" run={run} />],
        ]}
      />
      <Title order={2} size="h5">
        {t("conf")}
      </Title>
      {isEmpty ? (
        <Text size="sm" c="dimmed">
          {t("noConf")}
        </Text>
      ) : (
        <Suspense fallback={<Lines count={4} />}>
          <Code text={conf} language="json" label={t("conf")} maxHeight="60vh" />
        </Suspense>
      )}
    </Stack>
  );
}

/** Which version of the DAG it follows. */
function Version({ run }: { run: Run }) {
  const { t } = useTranslation("run");
  const version = run.dag_versions.at(-1);
  if (!version) return t("noVersion");
  return (
    <Anchor
      size="sm"
      renderRoot={(props) => (
        <Link
          to="/dags/$dagId/code"
          params={{ dagId: run.dag_id }}
          search={{ dag_run_id: run.dag_run_id, version: version.version_number }}
          {...props}
        />
      )}
    >
      {t("versionNumber", { number: version.version_number })}
    </Anchor>
  );
}
