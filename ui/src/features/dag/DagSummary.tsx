import { Alert, Badge, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCalendarEvent, IconClockPlay, IconUser } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Schedule } from "../../components/dags/Schedule";
import { Time } from "../../components/Time";
import { dateTime } from "../../lib/time";
import type { Timetable } from "../../lib/timetable";
import { useZone } from "../../lib/zone";
import type { Dag } from "./DagActions";

/** What it is for, when it runs, and when next. */
export function DagSummary({ dag }: { dag: Dag }) {
  const { t } = useTranslation("dag");
  return (
    <Stack gap="xs">
      {dag.description && (
        <Text size="sm" lineClamp={3}>
          {dag.description}
        </Text>
      )}
      <Group gap="lg" style={{ rowGap: 4 }}>
        <Group gap={6} wrap="nowrap">
          <IconCalendarEvent size={16} aria-hidden />
          <Schedule
            text={dag.timetable_summary ?? ""}
            timetable={dag.timetable as unknown as Timetable}
          />
        </Group>
        <Next dag={dag} />
        {dag.owners.length > 0 && (
          <Group gap={6} wrap="nowrap">
            <IconUser size={16} aria-hidden />
            <Text size="sm">{dag.owners.join(", ")}</Text>
          </Group>
        )}
        <Group gap={4}>
          {dag.tags.map((tag) => (
            <Badge
              key={tag.name}
              variant="outline"
              color="gray"
              tt="none"
              renderRoot={(props) => <Link to="/dags" search={{ tags: [tag.name] }} {...props} />}
              style={{ cursor: "pointer" }}
            >
              {tag.name}
            </Badge>
          ))}
        </Group>
      </Group>
      {dag.is_stale && <Alert color="gray">{t("stale")}</Alert>}
      {dag.has_import_errors && (
        <Alert color="red" icon={<IconAlertTriangle />} title={t("broken")}>
          {t("brokenHint")}
        </Alert>
      )}
    </Stack>
  );
}

/** The next run: when, and which stretch of time it is about. */
function Next({ dag }: { dag: Dag }) {
  const { t } = useTranslation("dag");
  const { zone } = useZone();
  if (!dag.next_dagrun_run_after) return null;
  const { next_dagrun_data_interval_start: start, next_dagrun_data_interval_end: end } = dag;
  const covers =
    start && end && start !== end
      ? t("covers", {
          start: dateTime(start, zone).slice(0, 16),
          end: dateTime(end, zone).slice(0, 16),
        })
      : null;
  return (
    <Group gap={6} wrap="wrap">
      <IconClockPlay size={16} aria-hidden />
      <Text size="sm">
        {t(dag.is_paused ? "nextIfActive" : "next")}{" "}
        <Time at={dag.next_dagrun_run_after} isRelative />
      </Text>
      {covers && (
        <Text size="sm" c="dimmed">
          {covers}
        </Text>
      )}
    </Group>
  );
}
