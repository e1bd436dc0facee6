/** All edges of a kind as one path: a thousand elements fewer to draw. */

import { ViewportPortal } from "@xyflow/react";
import { memo, useMemo } from "react";

import { headOf, pathOf } from "../../graph/route";
import type { EdgeKind, Layout } from "../../graph/types";

export interface DrawnEdge {
  id: string;
  source: string;
  target: string;
  kind: EdgeKind;
  label: string;
  /** It leads to or from what was skipped. */
  isDim: boolean;
}

interface EdgesProps {
  layout: Layout;
  edges: readonly DrawnEdge[];
  selected: string | null;
  isFar: boolean;
}

type Layer = `${EdgeKind}-${"plain" | "dim" | "chosen"}`;

function layerOf(edge: DrawnEdge, selected: string | null): Layer {
  const isChosen = edge.source === selected || edge.target === selected;
  return `${edge.kind}-${isChosen ? "chosen" : edge.isDim ? "dim" : "plain"}`;
}

/** For each layer its lines and heads. */
function layersOf({ layout, edges, selected }: EdgesProps): Map<Layer, [string, string]> {
  const isRounded = edges.length < 2_000;
  const found = new Map<Layer, [string[], string[]]>();
  for (const edge of edges) {
    const route = layout.routes[edge.id];
    if (!route) continue;
    const layer = layerOf(edge, selected);
    const paths = found.get(layer) ?? [[], []];
    paths[0].push(pathOf(route, isRounded));
    paths[1].push(headOf(route));
    found.set(layer, paths);
  }
  return new Map(
    [...found].map(([layer, [lines, heads]]) => [layer, [lines.join(""), heads.join("")]]),
  );
}

export const Edges = memo(function Edges(props: EdgesProps) {
  const { layout, edges, selected, isFar } = props;
  const layers = useMemo(() => {
    const found = layersOf({ layout, edges, selected, isFar: false });
    // What is chosen lies on top.
    return [...found].toSorted(
      ([a], [b]) => Number(a.endsWith("chosen")) - Number(b.endsWith("chosen")),
    );
  }, [layout, edges, selected]);
  return (
    <ViewportPortal>
      <svg
        className="flow-edges"
        width={Math.ceil(layout.width)}
        height={Math.ceil(layout.height)}
        aria-hidden
      >
        {layers.map(([layer, [lines, heads]]) => (
          <g key={layer} className={`flow-edge ${layer.replace("-", " ")}`}>
            <path d={lines} className="flow-line" />
            {!isFar && <path d={heads} className="flow-head" />}
          </g>
        ))}
      </svg>
      {!isFar && <Labels layout={layout} edges={edges} />}
    </ViewportPortal>
  );
});

function Labels({ layout, edges }: Pick<EdgesProps, "layout" | "edges">) {
  return edges.map((edge) => {
    const box = edge.label ? layout.routes[edge.id]?.label : null;
    if (!box) return null;
    return (
      <div
        key={edge.id}
        className="flow-label"
        data-dim={edge.isDim}
        title={edge.label}
        style={{ left: box.x, top: box.y, width: box.width, height: box.height }}
      >
        {edge.label}
      </div>
    );
  });
}
