/** Which DAG starts, or waits for, which other: as a graph, and as rows. */

import type { Answer } from "../../api/query";
import { neighbours, only, reach } from "../../graph/around";
import type { EdgeKind, Graph } from "../../graph/types";

export type Across = Answer<"/api/v2/ui/dependencies">;
export type AcrossEdge = Across["edges"][number];

/** How each kind of dependency is drawn. */
export const LINES: Readonly<Record<string, EdgeKind>> = {
  triggers: "order",
  waits: "setup",
  asset: "across",
};

export const KINDS = ["triggers", "waits", "asset"] as const;

/** `words` gives the label of an edge. */
export function graphOf(across: Across, words: (edge: AcrossEdge) => string): Graph {
  return {
    tasks: across.nodes.map((node) => ({
      id: node.dag_id,
      label: node.display_name,
      group: null,
    })),
    groups: [],
    edges: across.edges.map((edge) => ({
      source: edge.source,
      target: edge.target,
      label: words(edge),
      kind: LINES[edge.kind] ?? "order",
    })),
  };
}

/** The DAGs whose id or name contains the text, with all that they depend on and that depends on them. */
export function matching(graph: Graph, text: string): Graph {
  const sought = text.trim().toLowerCase();
  if (sought === "") return graph;
  const found = graph.tasks
    .filter(({ id, label }) => `${id}\n${label}`.toLowerCase().includes(sought))
    .map((task) => task.id);
  const { before, after } = neighbours(graph.edges);
  return only(graph, new Set([...reach(before, found), ...reach(after, found)]));
}
