import { Code, Group, List, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Answer } from "../../api/query";
import { Copy } from "../../components/Copy";
import { Schedule } from "../../components/dags/Schedule";
import { Facts } from "../../components/Facts";
import { Time } from "../../components/Time";
import { bytes } from "../../lib/bytes";
import { duration } from "../../lib/time";
import type { Timetable } from "../../lib/timetable";
import { Section } from "./Section";

export type Dag = Answer<"/api/v2/ui/details/{dag_id}">;

/** Its settings, in words. */
export function Settings({ dag }: { dag: Dag }) {
  const { t } = useTranslation(["details", "common"]);
  const yesOrNo = (value: boolean) => t(value ? "common:yes" : "common:no");
  const schedule = (
    <Schedule
      text={dag.timetable_summary ?? ""}
      timetable={dag.timetable as unknown as Timetable}
    />
  );
  return (
    <Section title={t("settings")}>
      <Facts
        facts={[
          [t("id"), dag.dag_id],
          [t("schedule"), schedule],
          [t("timezone"), dag.timezone],
          [t("catchup"), t(dag.catchup ? "catchupYes" : "catchupNo")],
          [t("startDate"), dag.start_date && <Time key="start" at={dag.start_date} />],
          [t("endDate"), dag.end_date && <Time key="end" at={dag.end_date} />],
          [t("maxActiveRuns"), dag.max_active_runs],
          [t("maxActiveTasks"), dag.max_active_tasks],
          [t("maxFailed"), dag.max_consecutive_failed_dag_runs || t("noLimit")],
          [t("failFast"), yesOrNo(dag.fail_fast)],
          [t("callbacks"), dag.callbacks.map((each) => t(`callback.${each}`, each)).join(", ")],
          [
            t("execution"),
            `${t(`executionOf.${dag.execution}`, dag.execution)} ${t(`executionWhy.${dag.execution_reason}`, "")}`,
          ],
          [t("generation"), t("generationOf", { number: dag.generation })],
          [t("owners"), dag.owners.join(", ")],
          [t("file"), <File key="file" dag={dag} />],
          [
            t("version"),
            t("versionOf", {
              number: dag.latest_dag_version?.version_number ?? 0,
              total: dag.version_total,
            }),
          ],
          [t("firstSeen"), dag.first_seen && <Time key="seen" at={dag.first_seen} />],
          [t("parsed"), <Parsed key="parsed" dag={dag} />],
          [
            t("access"),
            Object.keys(dag.access_control).length > 0 && (
              <Code key="access" block>
                {JSON.stringify(dag.access_control, null, 2)}
              </Code>
            ),
          ],
          [
            t("warnings"),
            dag.warnings.length > 0 && <Warnings key="warnings" warnings={dag.warnings} />,
          ],
        ]}
      />
    </Section>
  );
}

function File({ dag }: { dag: Dag }) {
  return (
    <Group gap={4} wrap="nowrap">
      <Text span size="sm" className="wrapped">
        {dag.fileloc}
      </Text>
      <Copy text={dag.fileloc} />
    </Group>
  );
}

function Parsed({ dag }: { dag: Dag }) {
  const { t } = useTranslation("details");
  const memory = bytes(dag.parse_memory_peak_bytes);
  return (
    <>
      <Time at={dag.last_parsed_time} isRelative />{" "}
      {dag.last_parse_duration !== null &&
        t("parseTook", { time: duration(dag.last_parse_duration) })}
      {memory && `, ${memory}`}
    </>
  );
}

function Warnings({ warnings }: { warnings: readonly string[] }) {
  return (
    <List size="sm">
      {warnings.map((warning) => (
        <List.Item key={warning}>{warning}</List.Item>
      ))}
    </List>
  );
}
