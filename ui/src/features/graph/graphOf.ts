/** The structure that the API tells, as a graph. */

import type { Answer } from "../../api/query";
import { FOLDED_FROM } from "../../graph/fold";
import type { Graph } from "../../graph/types";

export type Structure = Answer<"/api/v2/structure/{dag_id}">;
export type TaskFacts = Structure["nodes"][number];
export type GroupFacts = Structure["groups"][number];

export function graphOf(structure: Structure): Graph {
  return {
    tasks: structure.nodes.map((node) => ({
      id: node.task_id,
      label: node.label,
      group: node.group_id,
    })),
    groups: structure.groups.map((group) => ({
      id: group.group_id,
      label: group.label,
      parent: group.parent_id,
    })),
    edges: structure.edges.map((edge) => ({
      source: edge.source,
      target: edge.target,
      label: edge.label,
      kind: edge.is_setup_teardown ? "setup" : "order",
    })),
  };
}

/** Which groups somebody has left open or folded, as kept in the browser. */
export function parseChosen(text: string | null): Record<string, boolean> {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    if (typeof value !== "object" || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).filter(([, isOpen]) => typeof isOpen === "boolean"),
    ) as Record<string, boolean>;
  } catch {
    return {};
  }
}

/** Every group open or folded; nothing where that is what it would be anyway. */
export function allGroups(graph: Graph, isOpen: boolean): Record<string, boolean> {
  if (isOpen === graph.tasks.length <= FOLDED_FROM) return {};
  return Object.fromEntries(graph.groups.map((group) => [group.id, isOpen]));
}
