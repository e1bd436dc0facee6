/** The drawn graph with its legend and what is selected. */

import { Portal, Stack, Text } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import Canvas, { type CanvasNode } from "../../components/flow/Canvas";
import type { DrawnEdge } from "../../components/flow/Edges";
import { SaveMenu } from "../../components/flow/SaveMenu";
import { useLayout } from "../../components/flow/useLayout";
import { ProblemBox, Waiting } from "../../components/Query";
import { byId } from "../../graph/fold";
import type { DagSearch } from "../../lib/dagSearch";
import { stateColour } from "../../lib/states";
import { Knowledge, type GraphKnowledge } from "./context";
import type { Structure } from "./graphOf";
import { FoldedGroup, OpenGroup } from "./GroupNode";
import { Legend } from "./Legend";
import { OtherDagNode } from "./OtherDagNode";
import { pictureOf } from "./picture";
import { OtherDagPanel, TaskPanel } from "./SelectedPanel";
import { areSkipped, countsOf, together } from "./statuses";
import { TaskNode } from "./TaskNode";
import type { DrawnGraph, Folding, LaidScene, Scene } from "./useGraph";
import type { ShownRun } from "./useRun";

const KINDS = { task: TaskNode, folded: FoldedGroup, open: OpenGroup, other: OtherDagNode };
const HEIGHT = "clamp(380px, calc(100vh - 360px), 1200px)";

interface GraphViewProps {
  dagId: string;
  structure: Structure;
  run: ShownRun;
  drawn: DrawnGraph;
  folding: Folding;
  selected: string | null;
  target: { id: string } | null;
  onSearch: (change: { [K in keyof DagSearch]?: DagSearch[K] | undefined }) => void;
  /** Where the button for saving stands. */
  exports: HTMLElement | null;
}

function canvasNodes(scene: Scene): CanvasNode[] {
  return scene.nodes.map((node) => ({
    id: node.id,
    kind: scene.others.has(node.id) ? "other" : node.kind,
    isOpen: node.kind === "open",
  }));
}

function drawnEdges(scene: Scene, run: ShownRun): DrawnEdge[] {
  const tasks = new Map(scene.nodes.map((node) => [node.id, node.tasks]));
  const isSkipped = (id: string) => areSkipped(tasks.get(id) ?? [], run.statuses);
  return scene.edges.map((edge) => ({
    id: edge.id,
    source: edge.source,
    target: edge.target,
    kind: edge.kind,
    label: edge.labels.join(", "),
    isDim: isSkipped(edge.source) || isSkipped(edge.target),
  }));
}

/** Folds or opens a group; what is selected in it is let go, as it would open it again. */
function useToggle({ drawn, folding, selected, onSearch }: GraphViewProps) {
  const [anchor, setAnchor] = useState<string | null>(null);
  const [chosen, choose] = folding;
  const { open, scene } = drawn;
  const toggle = useMemo(
    () => (group: string) => {
      const inside = scene.nodes.find((node) => node.id === group)?.tasks ?? [];
      if (open.has(group) && selected !== null && inside.includes(selected)) {
        onSearch({ task_id: undefined });
      }
      setAnchor(group);
      choose({ ...chosen, [group]: !open.has(group) });
    },
    [open, scene, selected, onSearch, chosen, choose],
  );
  return { anchor, toggle };
}

export function GraphView(props: GraphViewProps) {
  const { drawn } = props;
  const { laid, error, retry } = useLayout(drawn.scene, drawn.plan);
  if (error && !laid) return <ProblemBox problem={error} onRetry={retry} />;
  return laid ? <LaidGraph {...props} laid={laid} /> : <Placing count={drawn.scene.nodes.length} />;
}

const MANY = 1_000;

/** The layout of thousands of nodes takes seconds: that is said. */
function Placing({ count }: { count: number }) {
  const { t, i18n } = useTranslation("graph");
  return (
    <Stack gap={0} align="center">
      <Waiting />
      {count >= MANY && (
        <Text size="sm" c="dimmed">
          {t("placing", { count, shown: count.toLocaleString(i18n.language) })}
        </Text>
      )}
    </Stack>
  );
}

function useGraphKnowledge(
  { structure, run }: GraphViewProps,
  scene: Scene,
  toggle: (group: string) => void,
): GraphKnowledge {
  const tasks = useMemo(
    () => new Map(structure.nodes.map((task) => [task.task_id, task])),
    [structure],
  );
  const groups = useMemo(
    () => new Map(structure.groups.map((group) => [group.group_id, group])),
    [structure],
  );
  const { statuses, runId } = run;
  return useMemo(
    () => ({
      shown: byId(scene.nodes),
      tasks,
      groups,
      others: scene.others,
      statuses,
      hasRun: runId !== null,
      toggle,
    }),
    [scene, tasks, groups, statuses, runId, toggle],
  );
}

function LaidGraph(props: GraphViewProps & { laid: LaidScene }) {
  const { t } = useTranslation(["graph", "common"]);
  const { dagId, structure, run, laid, selected, onSearch } = props;
  const { shown: scene, layout } = laid;
  const [other, setOther] = useState<string | null>(null);
  const { anchor, toggle } = useToggle(props);
  const knowledge = useGraphKnowledge(props, scene, toggle);
  const nodes = useMemo(() => canvasNodes(scene), [scene]);
  const edges = useMemo(() => drawnEdges(scene, run), [scene, run]);
  const kinds = useMemo(() => [...new Set(scene.edges.map((edge) => edge.kind))], [scene]);
  const counts = useMemo(
    () =>
      run.runId === null
        ? []
        : countsOf(
            structure.nodes.map((n) => n.task_id),
            run.statuses,
          ),
    [structure, run.runId, run.statuses],
  );
  const colourOf = useMemo(
    () => (id: string) => stateColour(together(knowledge.shown.get(id)?.tasks ?? [], run.statuses)),
    [knowledge.shown, run.statuses],
  );
  const onSelect = (id: string | null) => {
    const kind = id === null ? undefined : nodes.find((node) => node.id === id)?.kind;
    if (id !== null && kind === "folded") return toggle(id);
    setOther(kind === "other" ? id : null);
    return onSearch({ task_id: kind === "task" && id !== null ? id : undefined });
  };
  const task = selected === null ? undefined : knowledge.tasks.get(selected);
  const otherDag = other === null ? undefined : scene.others.get(other);
  return (
    <Stack gap="sm">
      {props.exports && (
        <Portal target={props.exports}>
          <SaveMenu
            name={dagId}
            picture={() => pictureOf({ dagId, laid, edges, knowledge, run, t })}
          />
        </Portal>
      )}
      <Legend counts={counts} kinds={kinds} />
      <Knowledge.Provider value={knowledge}>
        <div className="graph-stage">
          <Canvas
            label={t("label", { name: dagId })}
            layout={layout}
            nodes={nodes}
            edges={edges}
            kinds={KINDS}
            colourOf={colourOf}
            selected={other ?? selected}
            onSelect={onSelect}
            target={props.target}
            anchor={anchor}
            height={HEIGHT}
          />
          {task && !otherDag && (
            <TaskPanel
              dagId={dagId}
              runId={run.runId}
              task={task}
              status={run.statuses.get(task.task_id)}
              onSearch={onSearch}
              onClose={() => onSelect(null)}
            />
          )}
          {otherDag && <OtherDagPanel other={otherDag} onClose={() => onSelect(null)} />}
        </div>
      </Knowledge.Provider>
    </Stack>
  );
}
