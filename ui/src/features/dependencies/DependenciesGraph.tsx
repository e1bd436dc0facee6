import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import Canvas from "../../components/flow/Canvas";
import { useLayout } from "../../components/flow/useLayout";
import { ProblemBox, Waiting } from "../../components/Query";
import { fold } from "../../graph/fold";
import { NODE_HEIGHT, nodeWidth, planOf } from "../../graph/measure";
import type { Graph } from "../../graph/types";
import { stateColour } from "../../lib/states";
import { DagNode, Dags, type DagFacts } from "./DagNode";

const NODE_KINDS = { dag: DagNode };
const NO_GROUPS: ReadonlySet<string> = new Set();
const colourOf = () => stateColour("none");

interface DependenciesGraphProps {
  graph: Graph;
  dags: ReadonlyMap<string, DagFacts>;
}

export function DependenciesGraph({ graph, dags }: DependenciesGraphProps) {
  const { t } = useTranslation("common");
  const navigate = useNavigate();
  const shown = useMemo(() => fold(graph, NO_GROUPS), [graph]);
  const plan = useMemo(
    () =>
      planOf(shown, "LR", (node) => ({
        width: nodeWidth(node.label, node.id),
        height: NODE_HEIGHT,
      })),
    [shown],
  );
  const { laid, error, retry } = useLayout(shown, plan);
  const nodes = useMemo(
    () => (laid?.shown.nodes ?? []).map(({ id }) => ({ id, kind: "dag", isOpen: false })),
    [laid],
  );
  const edges = useMemo(
    () =>
      (laid?.shown.edges ?? []).map((edge) => ({
        ...edge,
        label: edge.labels.join(", "),
        isDim: false,
      })),
    [laid],
  );
  if (error && !laid) return <ProblemBox problem={error} onRetry={retry} />;
  if (!laid) return <Waiting />;
  return (
    <Dags.Provider value={dags}>
      <Canvas
        label={t("nav.dependencies")}
        layout={laid.layout}
        nodes={nodes}
        edges={edges}
        kinds={NODE_KINDS}
        colourOf={colourOf}
        selected={null}
        onSelect={(dagId) => {
          if (dagId === null || !dags.get(dagId)?.is_known) return;
          void navigate({ to: "/dags/$dagId", params: { dagId } });
        }}
        target={null}
        anchor={null}
        height="clamp(380px, calc(100vh - 230px), 1400px)"
      />
    </Dags.Provider>
  );
}
