import { Box, Group, Text } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { RunBars } from "../../components/dags/RunBars";
import { Schedule } from "../../components/dags/Schedule";
import { TaskCounts } from "../../components/dags/TaskCounts";
import { DataTable, type Column } from "../../components/DataTable";
import { DagMenu } from "./DagMenu";
import { Latest, Name, NextRun, PauseSwitch, Star, Tags, TriggerLink } from "./Parts";
import type { DagRow } from "./rows";

const ROW_PX = 58;

/* Shares are as large as least widths: a grid as wide as its content then takes just these. */

export function DagTableView({ rows }: { rows: readonly DagRow[] }) {
  const { t } = useTranslation(["dags", "common"]);
  const { sort = "name" } = useSearch({ from: "/inside/dags" });
  const navigate = useNavigate({ from: "/dags" });
  const columns = useColumns();
  return (
    <Box className="dags-table">
      <DataTable
        label={t("common:nav.dags")}
        rows={rows}
        columns={columns}
        keyOf={(row) => row.id}
        sort={sort}
        onSort={(next) =>
          void navigate({
            search: (old) => ({ ...old, sort: next }),
            replace: true,
            resetScroll: false,
          })
        }
        rowHeight={ROW_PX}
        maxHeight="max(24rem, calc(100dvh - 15.5rem))"
      />
    </Box>
  );
}

function useColumns(): Column<DagRow>[] {
  const { t } = useTranslation("dags");
  return useMemo(
    () => [
      {
        id: "pause",
        header: t("column.on"),
        width: "3.8rem",
        cell: (dag) => <PauseSwitch dag={dag} />,
      },
      {
        id: "name",
        header: t("column.name"),
        width: "minmax(14rem, 14fr)",
        isSortable: true,
        cell: (dag) => <NameCell dag={dag} />,
      },
      {
        id: "owner",
        header: t("column.owner"),
        width: "minmax(5rem, 5fr)",
        isSortable: true,
        isMinor: true,
        cell: (dag) => <Owners dag={dag} />,
      },
      {
        id: "schedule",
        header: t("column.schedule"),
        width: "minmax(8rem, 8fr)",
        isMinor: true,
        cell: (dag) => <Schedule text={dag.scheduleText} timetable={dag.timetable} />,
      },
      {
        id: "runs",
        header: t("column.runs"),
        width: "8.6rem",
        cell: (dag) => <RunBars dagId={dag.id} />,
      },
      {
        id: "latest",
        header: t("column.latest"),
        width: "minmax(8.5rem, 8.5fr)",
        isSortable: true,
        cell: (dag) => <Latest dag={dag} />,
      },
      {
        id: "tasks",
        header: t("column.tasks"),
        width: "minmax(7.5rem, 7.5fr)",
        isMinor: true,
        cell: (dag) => <TaskCounts dagId={dag.id} />,
      },
      {
        id: "next",
        header: t("column.next"),
        width: "minmax(7.5rem, 7.5fr)",
        isSortable: true,
        isMinor: true,
        cell: (dag) => <NextRun dag={dag} />,
      },
      {
        id: "actions",
        header: t("column.actions"),
        width: "5.4rem",
        cell: (dag) => (
          <Group gap={2} wrap="nowrap">
            <TriggerLink dag={dag} />
            <DagMenu dag={dag} />
          </Group>
        ),
      },
    ],
    [t],
  );
}

function NameCell({ dag }: { dag: DagRow }) {
  return (
    <Group gap={6} wrap="nowrap" align="flex-start">
      <Star dag={dag} />
      <div className="dag-name">
        <Name dag={dag} />
        <Tags dag={dag} />
      </div>
    </Group>
  );
}

function Owners({ dag }: { dag: DagRow }) {
  return (
    <Text size="sm" truncate title={dag.owners.join(", ")}>
      {dag.owners.join(", ")}
    </Text>
  );
}
