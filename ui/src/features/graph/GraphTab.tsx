/** The tasks of a DAG as a graph, with their states in one run. */

import { Alert, Stack } from "@mantine/core";
import { IconInfoCircle, IconShape } from "@tabler/icons-react";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { Empty } from "../../components/Empty";
import { Loaded, Waiting } from "../../components/Query";
import { warmUp } from "../../graph/layOut";
import { ORIENTATIONS, type Orientation } from "../../graph/types";
import { compact, type DagSearch } from "../../lib/dagSearch";
import { store, stored } from "../../lib/stored";
import { NO_PART } from "./AroundFilter";
import { allGroups, graphOf, type Structure } from "./graphOf";
import { GraphView } from "./GraphView";
import { TaskTable } from "./TaskTable";
import { Toolbar, type View } from "./Toolbar";
import { useFolding, useGraph } from "./useGraph";
import { useRun, type ShownRun } from "./useRun";

import "./graph.css";

type Change = { [K in keyof DagSearch]?: DagSearch[K] | undefined };

function useDagSearch() {
  const search: DagSearch = useSearch({ from: "/inside/dags/$dagId" });
  const navigate = useNavigate();
  const change = useCallback(
    (next: Change) => {
      void navigate({
        to: ".",
        search: (former: DagSearch) => compact({ ...former, ...next }),
        replace: true,
      });
    },
    [navigate],
  );
  return [search, change] as const;
}

export default function GraphTab() {
  // Fetched while the layout is worked out.
  useTranslation(["graph", "flow", "actions"]);
  const { dagId } = useParams({ from: "/inside/dags/$dagId" });
  const [search, change] = useDagSearch();
  const run = useRun(dagId, search.dag_run_id);
  useEffect(warmUp, []);
  const ofRun = search.dag_run_id === undefined ? undefined : (run.version ?? undefined);
  const version = search.version ?? ofRun;
  const isWaiting = search.dag_run_id !== undefined && run.isPending;
  const structure = useGet(
    "/api/v2/structure/{dag_id}",
    {
      params: {
        path: { dag_id: dagId },
        query: version === undefined ? {} : { version_number: version },
      },
    },
    { live: ["dag"], keep: true, enabled: !isWaiting },
  );
  return (
    <Loaded query={structure} skeleton={<Waiting />}>
      {(found) => (
        <GraphPage
          key={dagId}
          dagId={dagId}
          structure={found}
          run={run}
          search={search}
          onSearch={change}
        />
      )}
    </Loaded>
  );
}

function storedOrientation(): Orientation {
  return ORIENTATIONS.find((one) => one === stored("graph.orientation")) ?? "LR";
}

/** What somebody prefers, kept in the browser. */
function usePreferences() {
  const [orientation, setOrientation] = useState(storedOrientation);
  const [view, setView] = useState<View>(() =>
    stored("graph.view") === "table" ? "table" : "graph",
  );
  const [hasOthers, setOthers] = useState(() => stored("graph.others") !== "no");
  return {
    orientation,
    view,
    hasOthers,
    onOrientation: (next: Orientation) => {
      store("graph.orientation", next);
      setOrientation(next);
    },
    onView: (next: View) => {
      store("graph.view", next);
      setView(next);
    },
    onOthers: (next: boolean) => {
      store("graph.others", next ? null : "no");
      setOthers(next);
    },
  };
}

interface GraphPageProps {
  dagId: string;
  structure: Structure;
  run: ShownRun;
  search: DagSearch;
  onSearch: (change: Change) => void;
}

function GraphPage({ dagId, structure, run, search, onSearch }: GraphPageProps) {
  const { t } = useTranslation("graph");
  const preferences = usePreferences();
  const folding = useFolding(dagId);
  const [chosen, choose] = folding;
  const [target, setTarget] = useState<{ id: string } | null>(() =>
    search.task_id === undefined ? null : { id: search.task_id },
  );
  const drawn = useGraph(structure, { dagId, search, chosen, ...preferences });
  const [exports, setExports] = useState<HTMLElement | null>(null);
  if (structure.nodes.length === 0) return <Empty title={t("empty")} icon={IconShape} />;
  const here = new Set(drawn.scene.nodes.flatMap((node) => node.tasks));
  const find = (taskId: string) => {
    onSearch({ task_id: taskId, ...(here.has(taskId) ? {} : NO_PART) });
    setTarget({ id: taskId });
  };
  return (
    <Stack gap="sm">
      <Toolbar
        dagId={dagId}
        structure={structure}
        search={search}
        onSearch={onSearch}
        onFind={find}
        onAll={(isOpen) => {
          if (!isOpen) onSearch({ task_id: undefined });
          choose(allGroups(graphOf(structure), isOpen));
        }}
        exports={<span ref={setExports} />}
        {...preferences}
      />
      {run.isGone && <Notice words={t("runGone")} />}
      {drawn.isRootGone && <Notice words={t("rootGone", { name: search.root })} />}
      {preferences.view === "table" ? (
        <TaskTable
          dagId={dagId}
          runId={run.runId}
          tasks={structure.nodes.filter((task) => here.has(task.task_id))}
          graph={drawn.whole}
          statuses={run.statuses}
        />
      ) : (
        <GraphView
          dagId={dagId}
          structure={structure}
          run={run}
          drawn={drawn}
          folding={folding}
          selected={search.task_id ?? null}
          target={target}
          onSearch={onSearch}
          exports={exports}
        />
      )}
    </Stack>
  );
}

function Notice({ words }: { words: string }) {
  return (
    <Alert color="yellow" icon={<IconInfoCircle />} role="status">
      {words}
    </Alert>
  );
}
