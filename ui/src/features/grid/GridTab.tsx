/** The tasks of a DAG against its runs. */

import { Button, Group, Stack } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Suspense, useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { Empty } from "../../components/Empty";
import { Loaded } from "../../components/Query";
import type { DagSearch } from "../../lib/dagSearch";
import { toState, type State } from "../../lib/states";
import { Filters } from "./Filters";
import "./grid.css";
import { GridLegend } from "./GridLegend";
import { legendCounts, rowsOf } from "./model";
import { SidePanel } from "./SidePanel";
import { Sheet } from "./Sheet";
import { useFolds } from "./useFolds";
import { useGrid } from "./useGrid";

export default function GridTab() {
  const { t } = useTranslation("grid");
  const { dagId } = useParams({ from: "/inside/dags/$dagId" });
  const search = useSearch({ from: "/inside/dags/$dagId" });
  const navigate = useNavigate();
  const { structure, grid, columns } = useGrid(dagId, search);
  const { folded, toggle, put } = useFolds(dagId);
  const rows = useMemo(
    () => (structure.data ? rowsOf(structure.data, folded) : []),
    [structure.data, folded],
  );
  const counts = useMemo(() => legendCounts(columns.map(({ tasks }) => tasks)), [columns]);
  const change = useCallback(
    (next: Partial<DagSearch>) => {
      void navigate({
        to: "/dags/$dagId/grid",
        params: { dagId },
        search: (before: DagSearch) => ({ ...before, ...next }),
        replace: true,
      });
    },
    [navigate, dagId],
  );
  const select = useCallback(
    (runId: string | undefined, taskId: string | undefined) =>
      change({ dag_run_id: runId, task_id: taskId, map_index: undefined }),
    [change],
  );
  const groups = structure.data?.groups.map((group) => group.group_id) ?? [];
  return (
    <Stack gap="sm">
      <Filters search={search} onChange={change} />
      <Group justify="space-between" align="flex-start">
        <GridLegend
          counts={counts}
          picked={search.state ? toState(search.state) : null}
          onPick={(state: State | null) => change({ state: state ?? undefined })}
        />
        {groups.length > 0 && <FoldButtons groups={groups} put={put} />}
      </Group>
      <Loaded query={structure}>
        {() => (
          <Loaded query={grid}>
            {(data) =>
              data.runs.length === 0 ? (
                <Empty title={t("noRuns")}>{t("noRunsHint")}</Empty>
              ) : (
                <div className="grid-frame">
                  <Sheet
                    rows={rows}
                    columns={columns}
                    search={search}
                    onSelect={select}
                    onToggle={toggle}
                  />
                  {/* Its texts may still be loading: the squares stay, and keep the focus. */}
                  <Suspense fallback={null}>
                    <SidePanel
                      dagId={dagId}
                      columns={columns}
                      rows={rows}
                      search={search}
                      onClose={() => select(undefined, undefined)}
                    />
                  </Suspense>
                </div>
              )
            }
          </Loaded>
        )}
      </Loaded>
    </Stack>
  );
}

interface FoldButtonsProps {
  groups: readonly string[];
  put: (folded: ReadonlySet<string>) => void;
}

function FoldButtons({ groups, put }: FoldButtonsProps) {
  const { t } = useTranslation("grid");
  return (
    <Group gap={4}>
      <Button size="compact-xs" variant="default" onClick={() => put(new Set(groups))}>
        {t("foldAll")}
      </Button>
      <Button size="compact-xs" variant="default" onClick={() => put(new Set())}>
        {t("unfoldAll")}
      </Button>
    </Group>
  );
}
