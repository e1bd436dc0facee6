/** What the nodes of the graph know. */

import { createContext, useContext } from "react";

import type { OtherDag } from "../../graph/across";
import type { ShownNode } from "../../graph/types";
import type { GroupFacts, TaskFacts } from "./graphOf";
import type { Statuses } from "./statuses";

export interface GraphKnowledge {
  shown: ReadonlyMap<string, ShownNode>;
  tasks: ReadonlyMap<string, TaskFacts>;
  groups: ReadonlyMap<string, GroupFacts>;
  others: ReadonlyMap<string, OtherDag>;
  statuses: Statuses;
  /** Without a run there are no states. */
  hasRun: boolean;
  toggle: (group: string) => void;
}

export const Knowledge = createContext<GraphKnowledge | null>(null);

export function useKnowledge(): GraphKnowledge {
  const found = useContext(Knowledge);
  if (!found) throw new Error("a node outside of the graph");
  return found;
}
