import { Box } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { memo, useMemo } from "react";
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

interface CellProps {
  dag: DagRow;
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
        cell: (dag) => <ScheduleCell dag={dag} />,
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
        cell: (dag) => <Actions dag={dag} />,
      },
    ],
    [t],
  );
}

const NameCell = memo(function NameCell({ dag }: CellProps) {
  return (
    <div className="dag-line dag-line-top">
      <Star dag={dag} />
      <div className="dag-name">
        <Name dag={dag} />
        <Tags dag={dag} />
      </div>
    </div>
  );
});

const Owners = memo(function Owners({ dag }: CellProps) {
  return (
    <div className="dag-owners" title={dag.owners.join(", ")}>
      {dag.owners.join(", ")}
    </div>
  );
});

const Actions = memo(function Actions({ dag }: CellProps) {
  return (
    <div className="dag-line">
      <TriggerLink dag={dag} />
      <DagMenu dag={dag} />
    </div>
  );
});

const ScheduleCell = memo(function ScheduleCell({ dag }: CellProps) {
  return <Schedule text={dag.scheduleText} timetable={dag.timetable} />;
});
