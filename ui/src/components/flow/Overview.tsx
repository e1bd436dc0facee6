/** The whole graph, small: where one is in it, and a click or drag goes elsewhere. */

import { Panel, useReactFlow, useStore } from "@xyflow/react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import type { Layout } from "../../graph/types";
import { Blocks, type BlocksProps } from "./Blocks";

const WIDTH = 180;
const HEIGHT = 120;

/** How small it is, and how far from the left and top. */
function fitted(layout: Layout): { scale: number; left: number; top: number } {
  const scale = Math.min(WIDTH / Math.max(1, layout.width), HEIGHT / Math.max(1, layout.height));
  return {
    scale,
    left: (WIDTH - layout.width * scale) / 2,
    top: (HEIGHT - layout.height * scale) / 2,
  };
}

export function Overview({ layout, nodes, colourOf }: BlocksProps) {
  const { t } = useTranslation("flow");
  const flow = useReactFlow();
  const frame = useRef<SVGSVGElement>(null);
  const { scale, left, top } = fitted(layout);
  const goTo = (event: React.PointerEvent) => {
    const rect = frame.current?.getBoundingClientRect();
    if (!rect || event.buttons !== 1) return;
    const x = (event.clientX - rect.left - left) / scale;
    const y = (event.clientY - rect.top - top) / scale;
    void flow.setCenter(x, y, { zoom: flow.getZoom() });
  };
  return (
    <Panel position="bottom-right" className="flow-overview">
      <svg
        ref={frame}
        width={WIDTH}
        height={HEIGHT}
        role="img"
        aria-label={t("overview")}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          goTo(event);
        }}
        onPointerMove={goTo}
      >
        <g transform={`translate(${left} ${top}) scale(${scale})`}>
          <Blocks layout={layout} nodes={nodes} colourOf={colourOf} />
          <Seen scale={scale} />
        </g>
      </svg>
    </Panel>
  );
}

function Seen({ scale }: { scale: number }) {
  const box = useStore(
    (state) => {
      const [x, y, zoom] = state.transform;
      return [-x / zoom, -y / zoom, state.width / zoom, state.height / zoom];
    },
    (a, b) => a.every((value, index) => value === b[index]),
  );
  const [x = 0, y = 0, width = 0, height = 0] = box;
  return (
    <rect
      className="flow-seen"
      x={x}
      y={y}
      width={width}
      height={height}
      strokeWidth={1.5 / scale}
    />
  );
}
