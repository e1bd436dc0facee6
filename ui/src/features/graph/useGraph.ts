/** From the structure and what the address asks for to what is drawn and how it is laid out. */

import { useCallback, useMemo, useState } from "react";

import { useMay } from "../../api/me";
import { useGet } from "../../api/query";
import type { Laid } from "../../components/flow/useLayout";
import { withOthers, type OtherDag, type Relation } from "../../graph/across";
import { around } from "../../graph/around";
import { fold, openGroups } from "../../graph/fold";
import { NODE_HEIGHT, nodeWidth, planOf } from "../../graph/measure";
import type { Graph, Orientation, Plan, Shown, ShownNode } from "../../graph/types";
import type { DagSearch } from "../../lib/dagSearch";
import { store, stored } from "../../lib/stored";
import { graphOf, parseChosen, type Structure } from "./graphOf";

const NO_RELATIONS: Relation[] = [];

/** The open groups of a DAG, as somebody has left them in this browser. */
export function useFolding(dagId: string) {
  const key = `graph.groups.${dagId}`;
  const [chosen, setChosen] = useState(() => parseChosen(stored(key)));
  const change = useCallback(
    (next: Record<string, boolean>) => {
      store(key, Object.keys(next).length === 0 ? null : JSON.stringify(next));
      setChosen(next);
    },
    [key],
  );
  return [chosen, change] as const;
}

export type Folding = ReturnType<typeof useFolding>;

function useRelations(dagId: string, isShown: boolean): readonly Relation[] {
  const may = useMay();
  const query = useGet(
    "/api/v2/ui/dependencies",
    { params: { query: { dag_id: dagId } } },
    { live: ["dag"], enabled: isShown && may("can_read", "DAG Dependencies", dagId) },
  );
  return (isShown && query.data?.edges) || NO_RELATIONS;
}

export interface Scene extends Shown {
  others: ReadonlyMap<string, OtherDag>;
}

export type LaidScene = Laid<Scene>;

export interface DrawnGraph {
  /** The DAG as it is, whatever is shown of it. */
  whole: Graph;
  open: ReadonlySet<string>;
  scene: Scene;
  plan: Plan;
  /** The root in the address is no task or group of this version. */
  isRootGone: boolean;
}

function partOf(whole: Graph, search: DagSearch): Graph | null {
  const { root, filter_upstream, filter_downstream, depth } = search;
  if (root === undefined) return whole;
  const isBoth = filter_upstream === undefined && filter_downstream === undefined;
  return around(whole, {
    root,
    depth,
    upstream: isBoth || filter_upstream === true,
    downstream: isBoth || filter_downstream === true,
  });
}

interface Wishes {
  dagId: string;
  search: DagSearch;
  chosen: Readonly<Record<string, boolean>>;
  orientation: Orientation;
  hasOthers: boolean;
}

export function useGraph(structure: Structure, wishes: Wishes): DrawnGraph {
  const { dagId, search, chosen, orientation } = wishes;
  const relations = useRelations(dagId, wishes.hasOthers);
  const whole = useMemo(() => graphOf(structure), [structure]);
  const { root, filter_upstream, filter_downstream, depth, task_id } = search;
  const selected = task_id ?? null;
  const part = useMemo(
    () => partOf(whole, { root, filter_upstream, filter_downstream, depth } as DagSearch),
    [whole, root, filter_upstream, filter_downstream, depth],
  );
  const openKey = [...openGroups(whole, chosen, selected)].join("\n");
  const open = useMemo(() => new Set(openKey === "" ? [] : openKey.split("\n")), [openKey]);
  const scene = useMemo<Scene>(() => {
    const { graph, others } = withOthers(dagId, whole, part ?? whole, relations);
    return { ...fold(graph, open), others };
  }, [dagId, whole, part, relations, open]);
  const plan = useMemo(
    () => planOf(scene, orientation, sizes(structure)),
    [scene, orientation, structure],
  );
  return { whole, open, scene, plan, isRootGone: part === null };
}

/** What stands under another DAG's name differs by language, and the layout should not. */
const OTHER_WIDTH = 190;

/** Room for the longest line of each node. */
function sizes(structure: Structure) {
  const tasks = new Map(structure.nodes.map((task) => [task.task_id, task]));
  return (node: ShownNode) => {
    const task = tasks.get(node.id);
    const rule = !task || task.trigger_rule === "all_success" ? "" : `  ${task.trigger_rule}`;
    const width = nodeWidth(node.label, `${task?.operator ?? ""}${rule}`);
    const isOther = task === undefined && node.kind === "task";
    return { width: isOther ? Math.max(OTHER_WIDTH, width) : width, height: NODE_HEIGHT };
  };
}
