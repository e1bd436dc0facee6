/** Runs of a DAG or of all: filtered, in parts, with actions. */

import { Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { usePages, useTotal } from "../../api/pages";
import { runKey } from "../../components/actions/refs";
import { RunBulkBar } from "../../components/actions/RunBulkBar";
import { ListOf } from "../../components/tables/ListOf";
import { filterCount, RUN_SORT, runsQuery, type ListSearch } from "../../components/tables/query";
import { RunFilters } from "../../components/tables/RunFilters";
import { useChosen } from "../../components/tables/useChosen";
import { useRunColumns, type RunPage, type RunRow } from "./runColumns";

const PATH = "/api/v2/dags/{dag_id}/dagRuns";
const LIVE = ["run"] as const;

interface RunsTableProps {
  /** Null: of all DAGs. */
  dagId: string | null;
  /** The run that the address names. */
  currentId?: string | undefined;
  search: ListSearch;
  onSearch: (search: ListSearch) => void;
}

const refOf = (row: RunRow) => ({ dagId: row.dag_id, runId: row.dag_run_id });
const keyOf = (row: RunRow) => runKey(refOf(row));
const nameOf = (row: RunRow) => row.dag_run_id;
const partOf = (page: RunPage) => ({ rows: page.dag_runs, next: page.next_cursor });

export function RunsTable({ dagId, currentId, search, onSearch }: RunsTableProps) {
  const { t } = useTranslation("tables");
  const path = { dag_id: dagId ?? "~" };
  const query = runsQuery(search, dagId);
  const list = { path: PATH, params: { path, query }, live: LIVE };
  const pages = usePages<RunRow, RunPage>({ ...list, rowsOf: partOf });
  const total = useTotal(list);
  const columns = useRunColumns(dagId === null);
  const chosen = useChosen(pages.rows, keyOf);
  return (
    <Stack gap="sm">
      <RunFilters search={search} onSearch={onSearch} isOfDag={dagId !== null} />
      <RunBulkBar runs={chosen.rows.map(refOf)} onClear={chosen.clear} />
      <ListOf
        label={t("runs.label")}
        pages={pages}
        total={total}
        columns={columns}
        keyOf={keyOf}
        nameOf={nameOf}
        sort={search.sort ?? RUN_SORT}
        onSort={(sort) => onSearch({ ...search, sort })}
        selection={chosen.selection}
        isCurrent={(row) => row.dag_run_id === currentId}
        isFiltered={filterCount(search) > 0}
        empty={t("runs.empty")}
      />
    </Stack>
  );
}
