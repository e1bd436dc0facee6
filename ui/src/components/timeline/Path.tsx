/** The stretches of a critical path one after another, each with its task. */

import { Anchor, Button, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { duration, timeOnly } from "../../lib/time";
import { useZone } from "../../lib/zone";
import { instanceName } from "../actions/refs";
import { Spent } from "./Spent";
import type { Stretch } from "./stretches";

/** A path through thousands of tasks is shown in parts. */
const PART = 200;

interface PathProps {
  dagId: string;
  runId: string;
  stretches: readonly Stretch[];
}

export function Path({ dagId, runId, stretches }: PathProps) {
  const { t } = useTranslation("timeline");
  const { zone } = useZone();
  const [count, setCount] = useState(PART);
  const rest = stretches.length - count;
  return (
    <>
      <Table className="timeline-path">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("at")}</Table.Th>
            <Table.Th>{t("task")}</Table.Th>
            <Table.Th>{t("what")}</Table.Th>
            <Table.Th className="timeline-figure">{t("took")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {stretches.slice(0, count).map((stretch) => (
            <Table.Tr key={stretch.since}>
              <Table.Td className="time">{timeOnly(stretch.since, zone)}</Table.Td>
              <Table.Td>
                <Owner dagId={dagId} runId={runId} stretch={stretch} />
              </Table.Td>
              <Table.Td>
                <span className="timeline-sample" data-phase={stretch.phase} aria-hidden />
                <Spent dagId={dagId} phase={stretch.phase} reason={stretch.reason} />
              </Table.Td>
              <Table.Td className="time timeline-figure">{duration(stretch.seconds)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {rest > 0 && (
        <Button variant="default" size="xs" onClick={() => setCount(count + PART)}>
          {t("more", { count: Math.min(rest, PART), rest })}
        </Button>
      )}
    </>
  );
}

/** The task instance whose time it was, and its try; else the run itself. */
function Owner({ dagId, runId, stretch }: Omit<PathProps, "stretches"> & { stretch: Stretch }) {
  const { t } = useTranslation("timeline");
  const { task_id: taskId, map_index: mapIndex, try_number: tryNumber } = stretch;
  if (taskId === null) {
    return (
      <Text span inherit c="dimmed">
        {t("run")}
      </Text>
    );
  }
  return (
    <>
      <Anchor
        inherit
        className="wrapped"
        renderRoot={(props) => (
          <Link
            to="/dags/$dagId/runs/$runId/tasks/$taskId"
            params={{ dagId, runId, taskId }}
            search={{
              ...(mapIndex < 0 ? {} : { map_index: mapIndex }),
              tab: stretch.phase === "running" ? "log" : "attempts",
              ...(tryNumber === null ? {} : { try_number: tryNumber }),
            }}
            {...props}
          />
        )}
      >
        {instanceName(taskId, mapIndex)}
      </Anchor>
      {tryNumber !== null && tryNumber > 1 && (
        <Text span size="xs" c="dimmed" className="timeline-try">
          {" "}
          {t("try", { number: tryNumber })}
        </Text>
      )}
    </>
  );
}
