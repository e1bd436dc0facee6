/** The part of a graph around one task or group: what it needs, what needs it, how far. */

import { tasksOfGroups } from "./fold";
import type { Graph, GraphEdge } from "./types";

export interface Around {
  /** A task or a group. */
  root: string;
  upstream: boolean;
  downstream: boolean;
  /** How many steps; undefined for all. */
  depth?: number | undefined;
}

/** Who comes right before and right after each task. */
export interface Neighbours {
  before: ReadonlyMap<string, readonly string[]>;
  after: ReadonlyMap<string, readonly string[]>;
}

export function neighbours(edges: readonly GraphEdge[]): Neighbours {
  const before = new Map<string, string[]>();
  const after = new Map<string, string[]>();
  for (const { source, target } of edges) {
    add(after, source, target);
    add(before, target, source);
  }
  return { before, after };
}

function add(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (!list) lists.set(key, [value]);
  else if (!list.includes(value)) list.push(value);
}

/** All that can be reached in so many steps, the start included. */
export function reach(
  next: ReadonlyMap<string, readonly string[]>,
  start: readonly string[],
  depth = Number.POSITIVE_INFINITY,
): Set<string> {
  const found = new Set(start);
  let edge = [...start];
  for (let step = 0; step < depth && edge.length > 0; step += 1) {
    const further: string[] = [];
    for (const id of edge) {
      for (const other of next.get(id) ?? []) {
        if (found.has(other)) continue;
        found.add(other);
        further.push(other);
      }
    }
    edge = further;
  }
  return found;
}

/** The graph with only these tasks, and the groups as they were. */
export function only(graph: Graph, kept: ReadonlySet<string>): Graph {
  return {
    tasks: graph.tasks.filter((task) => kept.has(task.id)),
    groups: graph.groups,
    edges: graph.edges.filter((edge) => kept.has(edge.source) && kept.has(edge.target)),
  };
}

/** The part of the graph around a root; null if there is no such task or group. */
export function around(graph: Graph, wanted: Around): Graph | null {
  const start = graph.tasks.some((task) => task.id === wanted.root)
    ? [wanted.root]
    : (tasksOfGroups(graph).get(wanted.root) ?? []);
  if (start.length === 0) return null;
  const { before, after } = neighbours(graph.edges);
  const kept = new Set(start);
  if (wanted.upstream) for (const id of reach(before, start, wanted.depth)) kept.add(id);
  if (wanted.downstream) for (const id of reach(after, start, wanted.depth)) kept.add(id);
  return only(graph, kept);
}
