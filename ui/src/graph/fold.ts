/** Folding groups: which nodes are seen, and which edges lead between them. */

import type { EdgeKind, Graph, GraphGroup, Shown, ShownEdge, ShownNode } from "./types";

/** A group and what it is in, from the inside out. */
function chain(groups: ReadonlyMap<string, GraphGroup>, from: string | null): string[] {
  const found: string[] = [];
  for (let id = from; id !== null && !found.includes(id); id = groups.get(id)?.parent ?? null) {
    found.push(id);
  }
  return found;
}

export function byId<T extends { id: string }>(things: readonly T[]): Map<string, T> {
  return new Map(things.map((thing) => [thing.id, thing]));
}

/** Which tasks are in each group, however deep. */
export function tasksOfGroups(graph: Graph): Map<string, string[]> {
  const groups = byId(graph.groups);
  const found = new Map<string, string[]>(graph.groups.map((group) => [group.id, []]));
  for (const task of graph.tasks) {
    for (const id of chain(groups, task.group)) found.get(id)?.push(task.id);
  }
  return found;
}

/**
 * The graph with only these groups open. A folded group takes the place of all that is in it;
 * edges between the same two become one, and those inside of a folded group go. Groups without
 * tasks are left out.
 */
export function fold(graph: Graph, open: ReadonlySet<string>): Shown {
  const groups = byId(graph.groups);
  const inside = tasksOfGroups(graph);
  const standsFor = new Map<string, string>();
  const nodes: ShownNode[] = [];
  const seen = new Set<string>();
  const show = (id: string, parent: string | null, isOpen: boolean) => {
    if (seen.has(id)) return;
    seen.add(id);
    const label = groups.get(id)?.label ?? id;
    const kind = isOpen ? "open" : "folded";
    nodes.push({ id, label, kind, parent, tasks: inside.get(id) ?? [] });
  };
  for (const task of graph.tasks) {
    let parent: string | null = null;
    let folded: string | null = null;
    for (const id of chain(groups, task.group).toReversed()) {
      show(id, parent, open.has(id));
      if (!open.has(id)) {
        folded = id;
        break;
      }
      parent = id;
    }
    standsFor.set(task.id, folded ?? task.id);
    if (folded === null) {
      nodes.push({ id: task.id, label: task.label, kind: "task", parent, tasks: [task.id] });
    }
  }
  return { nodes, edges: merged(graph, standsFor) };
}

interface Merging {
  source: string;
  target: string;
  labels: Set<string>;
  kind: EdgeKind;
  count: number;
}

/** An order between two is stronger than the bond of a setup to its teardown. */
const STRENGTH: Record<EdgeKind, number> = { order: 2, across: 1, setup: 0 };

function merged(graph: Graph, standsFor: ReadonlyMap<string, string>): ShownEdge[] {
  const found = new Map<string, Merging>();
  for (const edge of graph.edges) {
    const source = standsFor.get(edge.source);
    const target = standsFor.get(edge.target);
    if (source === undefined || target === undefined || source === target) continue;
    const id = edgeId(source, target);
    const former = found.get(id) ?? {
      source,
      target,
      labels: new Set<string>(),
      kind: edge.kind,
      count: 0,
    };
    former.count += 1;
    if (edge.label) former.labels.add(edge.label);
    if (STRENGTH[edge.kind] > STRENGTH[former.kind]) former.kind = edge.kind;
    found.set(id, former);
  }
  return [...found].map(([id, edge]) => ({ ...edge, id, labels: [...edge.labels] }));
}

export function edgeId(source: string, target: string): string {
  return `${source}\u0000${target}`;
}

/** From so many tasks up, groups are folded until somebody opens them. */
export const FOLDED_FROM = 300;

/** Which groups are open: as somebody has left them, else all, unless there are too many tasks. */
export function openGroups(
  graph: Graph,
  chosen: Readonly<Record<string, boolean>>,
  selected: string | null,
): Set<string> {
  const isOpen = graph.tasks.length <= FOLDED_FROM;
  const found = new Set<string>();
  for (const group of graph.groups) if (chosen[group.id] ?? isOpen) found.add(group.id);
  const task = graph.tasks.find((one) => one.id === selected);
  if (task) for (const id of chain(byId(graph.groups), task.group)) found.add(id);
  return found;
}
