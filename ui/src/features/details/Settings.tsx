import { Anchor, Code, Group, List, Text } from "@mantine/core";
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
import { isoSeconds, safeAddress } from "./values";

export type Dag = Answer<"/api/v2/ui/details/{dag_id}">;

/** Its settings, in words. */
export function Settings({ dag }: { dag: Dag }) {
  const { t } = useTranslation(["details", "common"]);
  const yesOrNo = (value: boolean) => t(value ? "common:yes" : "common:no");
  const timeout = isoSeconds(dag.dag_run_timeout);
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
          [t("runTimeout"), timeout !== null && duration(timeout)],
          [t("failFast"), yesOrNo(dag.fail_fast)],
          [t("backfillable"), yesOrNo(dag.is_backfillable)],
          [t("rendering"), t(dag.render_template_as_native_obj ? "asValues" : "asText")],
          [t("searchPath"), dag.template_search_path?.join(", ")],
          [
            t("rerun"),
            dag.rerun_with_latest_version !== null && yesOrNo(dag.rerun_with_latest_version),
          ],
          [t("callbacks"), dag.callbacks.map((each) => t(`callback.${each}`, each)).join(", ")],
          [
            t("execution"),
            `${t(`executionOf.${dag.execution}`, dag.execution)} ${t(`executionWhy.${dag.execution_reason}`, "")}`,
          ],
          [t("generation"), t("generationOf", { number: dag.generation })],
          [t("owners"), <Owners key="owners" dag={dag} />],
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

/** With the addresses under which their team is reached. */
function Owners({ dag }: { dag: Dag }) {
  return dag.owners.map((owner, index) => {
    const address = safeAddress(dag.owner_links[owner]);
    return (
      <span key={owner}>
        {index > 0 && ", "}
        {address ? (
          <Anchor size="sm" href={address} target="_blank" rel="noreferrer noopener">
            {owner}
          </Anchor>
        ) : (
          owner
        )}
      </span>
    );
  });
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
