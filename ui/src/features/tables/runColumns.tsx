import { Anchor, Box, Group, Text, Tooltip } from "@mantine/core";
import { IconNote } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { Answer } from "../../api/query";
import { RunActions } from "../../components/actions/RunActions";
import type { Column } from "../../components/DataTable";
import { StateLabel } from "../../components/State";
import { Duration, Time } from "../../components/Time";

export type RunPage = Answer<"/api/v2/dags/{dag_id}/dagRuns">;
export type RunRow = RunPage["dag_runs"][number];
type Words = (key: string) => string;

/** `isOfAll`: of lists of many DAGs. */
export function useRunColumns(isOfAll: boolean): Column<RunRow>[] {
  const { t } = useTranslation(["tables", "common"]);
  return useMemo(
    () => [
      ...(isOfAll ? [dagColumn(t)] : []),
      ...nameColumns(t, isOfAll),
      ...timeColumns(t),
      {
        id: "user",
        header: t("column.user"),
        cell: (row) => row.triggering_user_name,
        width: "minmax(4.5rem, 0.6fr)",
        isMinor: true,
      },
      {
        id: "actions",
        header: "",
        cell: (row) => (
          <RunActions dagId={row.dag_id} runId={row.dag_run_id} state={row.state} isCompact />
        ),
        width: "3.5rem",
        align: "right",
      },
    ],
    [t, isOfAll],
  );
}

function dagColumn(t: Words): Column<RunRow> {
  return {
    id: "dag_id",
    header: t("column.dag"),
    cell: (row) => (
      <Anchor
        size="sm"
        truncate
        display="block"
        title={row.dag_id}
        renderRoot={(props) => (
          <Link to="/dags/$dagId/grid" params={{ dagId: row.dag_id }} {...props} />
        )}
      >
        {row.dag_display_name}
      </Anchor>
    ),
    width: "minmax(8rem, 1.4fr)",
    isSortable: true,
    isMinor: true,
  };
}

function nameColumns(t: Words, isOfAll: boolean): Column<RunRow>[] {
  return [
    {
      id: "run_id",
      header: t("column.run"),
      cell: (row) => <RunLink row={row} isOfAll={isOfAll} />,
      width: "minmax(8.5rem, 2.2fr)",
      isSortable: true,
    },
    {
      id: "state",
      header: t("column.state"),
      cell: (row) => <StateLabel state={row.state} />,
      width: "minmax(6.5rem, 0.7fr)",
      isSortable: true,
    },
    {
      id: "type",
      header: t("column.type"),
      cell: (row) => t(`common:runType.${row.run_type}`),
      width: "minmax(6.5rem, 0.7fr)",
      isMinor: true,
    },
  ];
}

function timeColumns(t: Words): Column<RunRow>[] {
  return [
    {
      id: "logical_date",
      header: t("column.logicalDate"),
      cell: (row) => <Time at={row.logical_date} />,
      width: "10rem",
      isSortable: true,
      isMinor: true,
    },
    {
      id: "start_date",
      header: t("column.started"),
      cell: (row) => <Time at={row.start_date} />,
      width: "10rem",
      isSortable: true,
      isMinor: true,
    },
    {
      id: "duration",
      header: t("column.duration"),
      cell: (row) => <Duration from={row.start_date} until={row.end_date} />,
      width: "6rem",
      align: "right",
      isSortable: true,
      isMinor: true,
    },
  ];
}

/** On narrow screens the DAG stands under the run. */
function RunLink({ row, isOfAll }: { row: RunRow; isOfAll: boolean }) {
  return (
    <>
      <Group gap={6} wrap="nowrap">
        <Anchor
          size="sm"
          truncate
          title={row.dag_run_id}
          renderRoot={(props) => (
            <Link
              to="/dags/$dagId/runs/$runId"
              params={{ dagId: row.dag_id, runId: row.dag_run_id }}
              {...props}
            />
          )}
        >
          {row.dag_run_id}
        </Anchor>
        {row.note && <NoteSign note={row.note} />}
      </Group>
      {isOfAll && (
        <Text size="xs" c="dimmed" truncate hiddenFrom="sm">
          {row.dag_display_name}
        </Text>
      )}
    </>
  );
}

function NoteSign({ note }: { note: string }) {
  return (
    <Tooltip label={<Text size="xs">{note}</Text>} multiline maw={360}>
      <Box component="span" tabIndex={0} role="img" aria-label={note} lh={0}>
        <IconNote size={14} aria-hidden />
      </Box>
    </Tooltip>
  );
}
