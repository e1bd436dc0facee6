import { Alert, Group, Paper, Stack, Text } from "@mantine/core";
import { IconNote } from "@tabler/icons-react";
import { useMemo, type ReactNode } from "react";
import { Trans, useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { StateCounts } from "../../components/StateCounts";
import { Duration, Time } from "../../components/Time";
import { countsOf } from "./counts";
import type { Run } from "./types";

/** Runs that may be due at the same moment. */
const RUNS_AT_ONCE = 5;

/** The most important things of a run, in a few lines. */
export function RunSummary({ run }: { run: Run }) {
  const { t } = useTranslation(["run", "common"]);
  return (
    <Paper withBorder p="sm">
      <Stack gap="xs">
        <Text size="sm" component="p">
          <Covers run={run} />
        </Text>
        <Group align="flex-start" style={{ gap: "8px 32px" }}>
          <Fact name={t("type")}>{t(`common:runType.${run.run_type}`)}</Fact>
          <Fact name={t("queued")}>
            <Time at={run.queued_at} />
          </Fact>
          <Fact name={t("started")}>
            <Time at={run.start_date} />
          </Fact>
          <Fact name={t("ended")}>
            <Time at={run.end_date} />
          </Fact>
          <Fact name={t("duration")}>
            <Duration from={run.start_date} until={run.end_date} />
          </Fact>
          <Counts run={run} />
        </Group>
        {run.reason && run.state === "failed" && <Reason reason={run.reason} />}
        {run.note && (
          <Alert icon={<IconNote aria-hidden />} color="gray" title={t("note")}>
            <Text size="sm" className="wrapped">
              {run.note}
            </Text>
          </Alert>
        )}
      </Stack>
    </Paper>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Stack gap={0}>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="sm" component="div">
        {children}
      </Text>
    </Stack>
  );
}

/** Which stretch of time its data is of, and when it was due. */
function Covers({ run }: { run: Run }) {
  const { data_interval_start: start, data_interval_end: end } = run;
  const due = <Time at={run.run_after} />;
  if (start === null || end === null || start === end) {
    return <Trans ns="run" i18nKey="due" components={{ due }} />;
  }
  return (
    <Trans
      ns="run"
      i18nKey="covers"
      components={{ start: <Time at={start} />, end: <Time at={end} />, due }}
    />
  );
}

function Reason({ reason }: { reason: string }) {
  const { t } = useTranslation("run");
  return (
    <Text size="sm">
      {t("why")} {t(`reason.${reason}`, { defaultValue: reason })}
    </Text>
  );
}

/** How many task instances are in which state. */
function Counts({ run }: { run: Run }) {
  const { t } = useTranslation("run");
  const query = useGet(
    "/api/v2/grid/{dag_id}",
    {
      params: {
        path: { dag_id: run.dag_id },
        query: { limit: RUNS_AT_ONCE, run_after_lte: run.run_after },
      },
    },
    { live: ["run", "task_instances"] },
  );
  const counts = useMemo(
    () => countsOf(query.data?.runs.find((one) => one.dag_run_id === run.dag_run_id)),
    [query.data, run.dag_run_id],
  );
  if (counts.length === 0) return null;
  return (
    <Fact name={t("states")}>
      <StateCounts counts={counts} isNamed />
    </Fact>
  );
}
