/** The graph as a picture to be saved: what its nodes say, in words. */

import type { TFunction } from "i18next";

import type { DrawnEdge } from "../../components/flow/Edges";
import { pageColours, resolved } from "../../components/flow/save";
import type { Drawn, Picture } from "../../graph/svg";
import type { ShownNode } from "../../graph/types";
import { stateColour } from "../../lib/states";
import type { GraphKnowledge } from "./context";
import { countsOf, together, type Counts } from "./statuses";
import type { LaidScene } from "./useGraph";
import type { ShownRun } from "./useRun";

type Words = TFunction<["graph", "common"]>;

interface Wanted {
  dagId: string;
  laid: LaidScene;
  edges: readonly DrawnEdge[];
  knowledge: GraphKnowledge;
  run: ShownRun;
  t: Words;
}

function inWords(counts: Counts, t: Words): string {
  return counts.map(([state, count]) => `${count} ${t(`common:state.${state}`)}`).join(", ");
}

/** What stands below a node's label. */
function lines(
  node: ShownNode,
  { groups, tasks, others, statuses, hasRun }: GraphKnowledge,
  t: Words,
) {
  const other = others.get(node.id);
  if (other) return other.kinds.map((kind) => t(`relation.${other.side}.${kind}`));
  if (groups.has(node.id)) {
    const counts = hasRun ? [inWords(countsOf(node.tasks, statuses), t)] : [];
    return node.kind === "open" ? [] : [t("tasks", { count: node.tasks.length }), ...counts];
  }
  const task = tasks.get(node.id);
  const rule = !task || task.trigger_rule === "all_success" ? "" : ` · ${task.trigger_rule}`;
  const status = statuses.get(node.id);
  const state = status?.counts
    ? inWords(status.counts, t)
    : t(`common:state.${status?.state ?? "none"}`);
  return [`${task?.operator ?? ""}${rule}`, ...(hasRun ? [state] : [])];
}

export function pictureOf({ dagId, laid, edges, knowledge, run, t }: Wanted): Picture {
  const colours = pageColours();
  const nodes = laid.shown.nodes.map<Drawn>((node) => ({
    id: node.id,
    lines: [node.label, ...lines(node, knowledge, t)],
    isOpen: node.kind === "open",
    border:
      knowledge.hasRun && !knowledge.others.has(node.id)
        ? resolved(stateColour(together(node.tasks, knowledge.statuses)))
        : colours.edge,
    stripe: knowledge.tasks.get(node.id)?.ui_color ?? null,
    isDashed: knowledge.others.has(node.id),
  }));
  const title = run.runId === null ? dagId : `${dagId} · ${run.runId}`;
  return { title, layout: laid.layout, nodes, edges, colours };
}
