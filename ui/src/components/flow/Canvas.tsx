/** A graph that can be moved and zoomed: nodes by React Flow, edges as a few paths below them. */

import "@xyflow/react/dist/base.css";
import "./flow.css";

import { Box } from "@mantine/core";
import {
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  type AriaLabelConfig,
  type Node,
  type NodeChange,
  type NodeTypes,
} from "@xyflow/react";
import { useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { stepTo } from "../../graph/keys";
import type { Layout } from "../../graph/types";
import { Controls } from "./Controls";
import { Edges, type DrawnEdge } from "./Edges";
import { Far } from "./far";
import { Overview } from "./Overview";
import { READABLE, useDistance, useSight, ZOOM_MIN } from "./sight";
import { Tiny, TinyHint } from "./Tiny";

export interface CanvasNode {
  id: string;
  /** Which of `kinds` draws it. */
  kind: string;
  isOpen: boolean;
}

/** What a node's own component is given as `data`. */
export interface CanvasData extends Record<string, unknown> {
  /** The id of the element whose text is the node's name, for who can't see it. */
  nameId: string;
}

export interface CanvasProps {
  label: string;
  layout: Layout;
  /** In topological order, groups before what is in them. */
  nodes: readonly CanvasNode[];
  edges: readonly DrawnEdge[];
  kinds: NodeTypes;
  colourOf: (id: string) => string;
  selected: string | null;
  onSelect: (id: string | null) => void;
  /** A node to bring into sight; anew whenever the object is another. */
  target: { id: string } | null;
  /** The node that was folded or unfolded last stays where it is on the screen. */
  anchor: string | null;
  /** A CSS length. */
  height: string;
}

const NO_EDGES: never[] = [];
const NO_NODES: Node<CanvasData>[] = [];

export default function Canvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Board {...props} />
    </ReactFlowProvider>
  );
}

function flowNodes(
  shown: readonly CanvasNode[],
  layout: Layout,
  prefix: string,
  roleWord: string,
): Node<CanvasData>[] {
  const found: Node<CanvasData>[] = [];
  for (const { id, kind, isOpen } of shown) {
    const box = layout.boxes[id];
    if (!box) continue;
    const nameId = `${prefix}${found.length}`;
    found.push({
      id,
      type: kind,
      position: { x: box.x, y: box.y },
      width: box.width,
      height: box.height,
      zIndex: isOpen ? 0 : 1,
      selectable: !isOpen,
      data: { nameId },
      domAttributes: { "aria-roledescription": roleWord, "aria-labelledby": nameId },
    });
  }
  return found;
}

/** The nodes as React Flow wants them; the selected one is another object than before. */
function useNodes({ nodes: shown, layout, selected }: CanvasProps): Node<CanvasData>[] {
  const { t } = useTranslation("flow");
  const roleWord = t("node");
  const prefix = useId();
  const plain = useMemo(
    () => flowNodes(shown, layout, prefix, roleWord),
    [shown, layout, prefix, roleWord],
  );
  return useMemo(
    () => plain.map((node) => (node.id === selected ? { ...node, selected: true } : node)),
    [plain, selected],
  );
}

function useWords(): Partial<AriaLabelConfig> {
  const { t } = useTranslation("flow");
  return useMemo(
    () => ({
      "node.a11yDescription.default": t("nodeKeys"),
      "node.a11yDescription.keyboardDisabled": t("nodeKeys"),
    }),
    [t],
  );
}

function Board(props: CanvasProps) {
  const { layout, selected, onSelect } = props;
  const frame = useRef<HTMLDivElement>(null);
  const nodes = useNodes(props);
  const words = useWords();
  const [isPlaced, setPlaced] = useState(false);
  const { isFar, isTiny } = useDistance(nodes.length, isPlaced);
  const sight = useSight(props, frame);
  const walk = useWalk(nodes, frame);
  const onKeyDown = (event: React.KeyboardEvent) => {
    const here = event.target as HTMLElement;
    if (!here.classList.contains("react-flow__node")) return;
    if (event.key === "Escape") onSelect(null);
    if (walk(here.dataset.id ?? null, event.key)) event.preventDefault();
  };
  const onNodesChange = (changes: NodeChange[]) => {
    const chosen = changes.filter((change) => change.type === "select");
    if (chosen.length === 0) return;
    const next = chosen.find((change) => change.selected)?.id ?? null;
    if (next !== selected) onSelect(next);
  };
  return (
    <Box className="flow" style={{ height: props.height }} ref={frame} onKeyDown={onKeyDown}>
      <Far.Provider value={isFar}>
        <ReactFlow
          aria-label={props.label}
          nodes={isTiny ? NO_NODES : nodes}
          edges={NO_EDGES}
          nodeTypes={props.kinds}
          onNodesChange={onNodesChange}
          onInit={() => {
            sight.start();
            setPlaced(true);
          }}
          onPaneClick={(event) => isTiny && sight.zoomTo(event)}
          ariaLabelConfig={words}
          className={isTiny ? "flow-tiny" : undefined}
          nodesDraggable={false}
          nodesConnectable={false}
          edgesFocusable={false}
          onlyRenderVisibleElements
          elevateNodesOnSelect={false}
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={null}
          panActivationKeyCode={null}
          minZoom={ZOOM_MIN}
          maxZoom={2}
          zoomOnDoubleClick={false}
        >
          {isTiny && <Tiny {...props} />}
          <Edges layout={layout} edges={props.edges} selected={selected} isFar={isFar} />
          {isTiny && isPlaced && <TinyHint onStart={() => walk(null, "Home")} />}
          <Controls onFit={sight.showAll} />
          <Overview layout={layout} nodes={props.nodes} colourOf={props.colourOf} />
        </ReactFlow>
      </Far.Provider>
    </Box>
  );
}

/** Walks from node to node by keys; whether the key meant something. */
function useWalk(nodes: readonly Node[], frame: React.RefObject<HTMLDivElement | null>) {
  const flow = useReactFlow();
  return (from: string | null, key: string): boolean => {
    const order = nodes.map((node) => node.id);
    const next = stepTo(order, from, key);
    const node = nodes.find((one) => one.id === next);
    if (!node) return false;
    const x = node.position.x + (node.width ?? 0) / 2;
    const y = node.position.y + (node.height ?? 0) / 2;
    const zoom = Math.max(READABLE, flow.getZoom());
    void flow.setCenter(x, y, { zoom }).then(() => focusOn(frame.current, node.id));
    return true;
  };
}

/** The node may be drawn a moment later, when it has come into sight. */
function focusOn(frame: HTMLElement | null, id: string, tries = 10): void {
  const found = frame?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
  if (found) found.focus({ preventScroll: true });
  else if (tries > 0) requestAnimationFrame(() => focusOn(frame, id, tries - 1));
}
