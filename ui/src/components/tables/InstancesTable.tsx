/** Task instances of a run, of a DAG or of all: filtered, in parts, with actions. */

import { Anchor, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { usePages, useTotal } from "../../api/pages";
import type { Answer } from "../../api/query";
import { InstanceActions } from "../actions/InstanceActions";
import { InstanceBulkBar } from "../actions/InstanceBulkBar";
import { instanceKey, instanceName } from "../actions/refs";
import type { Column } from "../DataTable";
import { StateLabel } from "../State";
import { Duration, Time } from "../Time";
import { Cut } from "./Cut";
import { InstanceFilters } from "./InstanceFilters";
import { ListOf } from "./ListOf";
import { filterCount, instancesQuery, type ListSearch } from "./query";
import { useChosen } from "./useChosen";

const PATH = "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances";
type Page = Answer<typeof PATH>;
export type InstanceRow = Page["task_instances"][number];

interface InstancesTableProps {
  /** Of one run, or of all. */
  run: { dagId: string; runId: string } | null;
  search: ListSearch;
  onSearch: (search: ListSearch) => void;
  maxHeight?: string;
}

function refOf(row: InstanceRow) {
  return {
    dagId: row.dag_id,
    runId: row.dag_run_id,
    taskId: row.task_id,
    mapIndex: row.map_index,
    state: row.state,
  };
}
const keyOf = (row: InstanceRow) => instanceKey(refOf(row));
const nameOf = (row: InstanceRow) =>
  `${instanceName(row.task_id, row.map_index)} ${row.dag_run_id}`;
const partOf = (page: Page) => ({ rows: page.task_instances, next: page.next_cursor });
const LIVE = ["task_instances", "run"] as const;

export function InstancesTable({ run, search, onSearch, maxHeight }: InstancesTableProps) {
  const { t } = useTranslation("tables");
  const path = { dag_id: run?.dagId ?? "~", dag_run_id: run?.runId ?? "~" };
  const query = instancesQuery(search, run?.runId ?? null);
  const list = { path: PATH, params: { path, query }, live: LIVE };
  const pages = usePages<InstanceRow, Page>({ ...list, rowsOf: partOf });
  const total = useTotal(list);
  const columns = useColumns(run === null);
  const chosen = useChosen(pages.rows, keyOf);
  return (
    <Stack gap="sm">
      <InstanceFilters search={search} onSearch={onSearch} isOfRun={run !== null} />
      <InstanceBulkBar instances={chosen.rows.map(refOf)} onClear={chosen.clear} />
      <ListOf
        label={t("instances.label")}
        pages={pages}
        total={total}
        columns={columns}
        keyOf={keyOf}
        nameOf={nameOf}
        sort={search.sort}
        onSort={(sort) => onSearch({ ...search, sort })}
        selection={chosen.selection}
        isFiltered={filterCount(search) > 0}
        empty={t("instances.empty")}
        {...(maxHeight ? { maxHeight } : {})}
      />
    </Stack>
  );
}

function useColumns(isOfAll: boolean): Column<InstanceRow>[] {
  const { t } = useTranslation("tables");
  return useMemo(
    () => [
      {
        id: "task_id",
        header: t("column.task"),
        cell: (row) => <InstanceLink row={row} isOfAll={isOfAll} />,
        width: "minmax(8.5rem, 2fr)",
        isSortable: true,
      },
      ...(isOfAll ? columnsOfRun(t) : []),
      {
        id: "state",
        header: t("column.state"),
        cell: (row) => <StateLabel state={row.state} />,
        width: "minmax(6.5rem, 0.9fr)",
        isSortable: true,
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
      ...minorColumns(t),
      {
        id: "actions",
        header: "",
        cell: (row) => <InstanceActions {...refOf(row)} isCompact />,
        width: "3.5rem",
        align: "right",
      },
    ],
    [t, isOfAll],
  );
}

type Words = (key: string) => string;

/** Of lists of many runs: which run, of which DAG. */
function columnsOfRun(t: Words): Column<InstanceRow>[] {
  return [
    {
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
      width: "minmax(7rem, 1.2fr)",
      isMinor: true,
    },
    {
      id: "run_id",
      header: t("column.run"),
      cell: (row) => (
        <Anchor
          size="sm"
          truncate
          display="block"
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
      ),
      width: "minmax(7rem, 1.6fr)",
      isMinor: true,
    },
  ];
}

function minorColumns(t: Words): Column<InstanceRow>[] {
  const text = (id: string, header: string, cell: Column<InstanceRow>["cell"], width: string) => ({
    id,
    header: t(`column.${header}`),
    cell,
    width,
    isMinor: true,
  });
  return [
    {
      ...text("try_number", "try", (row) => row.try_number || "", "4.5rem"),
      align: "right",
      isSortable: true,
    },
    text("operator", "operator", (row) => <Cut text={row.operator_name} />, "minmax(6rem, 0.9fr)"),
    text("pool", "pool", (row) => <Cut text={row.pool} />, "minmax(5rem, 0.7fr)"),
  ];
}

/** On narrow screens the DAG stands under the task. */
function InstanceLink({ row, isOfAll }: { row: InstanceRow; isOfAll: boolean }) {
  const index = row.map_index < 0 ? "" : ` [${row.rendered_map_index ?? row.map_index}]`;
  const name = `${row.task_display_name}${index}`;
  return (
    <>
      <Anchor
        size="sm"
        truncate
        display="block"
        title={name}
        renderRoot={(props) => (
          <Link
            to="/dags/$dagId/runs/$runId/tasks/$taskId"
            params={{ dagId: row.dag_id, runId: row.dag_run_id, taskId: row.task_id }}
            search={row.map_index < 0 ? {} : { map_index: row.map_index }}
            {...props}
          />
        )}
      >
        {name}
      </Anchor>
      {isOfAll && (
        <Text size="xs" c="dimmed" truncate hiddenFrom="sm">
          {row.dag_display_name}
        </Text>
      )}
    </>
  );
}
