/** Other DAGs beside a DAG's own tasks: those that start it or are waited for, and the reverse. */

import type { Graph, GraphEdge, GraphTask } from "./types";

/** What one DAG has to do with another, as the API says it. */
export interface Relation {
  source: string;
  target: string;
  /** `triggers`, `waits`, `asset` */
  kind: string;
  task_id: string | null;
  other_task_id: string | null;
  label: string | null;
}

export interface OtherDag {
  /** Of the node: `before:sales`. Task ids have no colons. */
  id: string;
  dagId: string;
  side: "before" | "after";
  /** Each kind once. */
  kinds: string[];
}

/** With more first or last tasks than these, another DAG stands beside them without edges. */
const ENDS_MAX = 12;

interface Ends {
  first: readonly string[];
  last: readonly string[];
}

function endsOf(graph: Graph): Ends {
  const targets = new Set(graph.edges.map((edge) => edge.target));
  const sources = new Set(graph.edges.map((edge) => edge.source));
  const few = (ids: string[]) => (ids.length > ENDS_MAX ? [] : ids);
  return {
    first: few(graph.tasks.map((task) => task.id).filter((id) => !targets.has(id))),
    last: few(graph.tasks.map((task) => task.id).filter((id) => !sources.has(id))),
  };
}

/** Which tasks of the DAG a relation ties to another DAG's node. */
function tied(relation: Relation, side: OtherDag["side"], ends: Ends): readonly string[] {
  const isWait = relation.kind === "waits";
  if (side === "before") return isWait && relation.task_id ? [relation.task_id] : ends.first;
  const named = isWait ? relation.other_task_id : relation.task_id;
  return named ? [named] : ends.last;
}

/**
 * The shown part of a DAG with the other DAGs that have to do with it. Where only a part is
 * shown (`isPart`), those that are tied to none of its tasks are left out.
 */
export function withOthers(
  dagId: string,
  whole: Graph,
  part: Graph,
  relations: readonly Relation[],
): { graph: Graph; others: Map<string, OtherDag> } {
  const ends = endsOf(whole);
  const here = new Set(part.tasks.map((task) => task.id));
  const isPart = part !== whole;
  const others = new Map<string, OtherDag>();
  const edges: GraphEdge[] = [];
  for (const relation of relations) {
    if ((relation.source === dagId) === (relation.target === dagId)) continue;
    const side = relation.source === dagId ? "after" : "before";
    const other = side === "after" ? relation.target : relation.source;
    const ties = tied(relation, side, ends).filter((task) => here.has(task));
    if (isPart && ties.length === 0) continue;
    const id = `${side}:${other}`;
    const known = others.get(id) ?? { id, dagId: other, side, kinds: [] };
    others.set(id, known);
    if (!known.kinds.includes(relation.kind)) known.kinds.push(relation.kind);
    for (const task of ties) {
      const [source, target] = side === "before" ? [id, task] : [task, id];
      edges.push({ source, target, label: relation.label, kind: "across" });
    }
  }
  const nodes = (side: OtherDag["side"]): GraphTask[] =>
    [...others.values()]
      .filter((other) => other.side === side)
      .map((other) => ({ id: other.id, label: other.dagId, group: null }));
  const graph = {
    tasks: [...nodes("before"), ...part.tasks, ...nodes("after")],
    groups: part.groups,
    edges: [...part.edges, ...edges],
  };
  return { graph, others };
}
