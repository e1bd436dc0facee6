/** A graph that can be moved and zoomed: nodes by React Flow, edges as a few paths below them. */

import "@xyflow/react/dist/base.css";
import "./flow.css";

import { Box } from "@mantine/core";
import {
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
  type AriaLabelConfig,
  type Node,
  type NodeChange,
  type NodeTypes,
} from "@xyflow/react";
import { useEffect, useId, useMemo, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { stepTo } from "../../graph/keys";
import type { Layout } from "../../graph/types";
import { Controls } from "./Controls";
import { Edges, type DrawnEdge } from "./Edges";
import { Far } from "./far";
import { Overview } from "./Overview";

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

interface CanvasProps {
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
  height: string;
  children?: ReactNode;
}

const NO_EDGES: never[] = [];
/** Below this zoom nobody can read: nodes are drawn as icons. */
const FAR_BELOW = 0.45;
const ZOOM_MIN = 0.02;
const FIT = { padding: 0.08, maxZoom: 1.1, minZoom: ZOOM_MIN };

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

function Board(props: CanvasProps) {
  const { t } = useTranslation("flow");
  const { layout, selected, onSelect, nodes: shown } = props;
  const roleWord = t("node");
  const prefix = useId();
  const plain = useMemo(
    () => flowNodes(shown, layout, prefix, roleWord),
    [shown, layout, prefix, roleWord],
  );
  const nodes = useMemo(
    () => plain.map((node) => (node.id === selected ? { ...node, selected: true } : node)),
    [plain, selected],
  );
  const words = useMemo<Partial<AriaLabelConfig>>(
    () => ({
      "node.a11yDescription.default": t("nodeKeys"),
      "node.a11yDescription.keyboardDisabled": t("nodeKeys"),
    }),
    [t],
  );
  const frame = useRef<HTMLDivElement>(null);
  const isFar = useStore((state) => state.transform[2] < FAR_BELOW);
  const onKeyDown = useKeys(nodes, frame, onSelect);
  useSight(props);
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
          nodes={nodes}
          edges={NO_EDGES}
          nodeTypes={props.kinds}
          onNodesChange={onNodesChange}
          ariaLabelConfig={words}
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
          fitView
          fitViewOptions={FIT}
        >
          <Edges layout={layout} edges={props.edges} selected={selected} isFar={isFar} />
          <Controls onFit={FIT} />
          <Overview layout={layout} nodes={props.nodes} colourOf={props.colourOf} />
        </ReactFlow>
      </Far.Provider>
      {props.children}
    </Box>
  );
}

/** Arrow keys, Home and End walk from node to node; Escape ends the selection. */
function useKeys(
  nodes: readonly Node[],
  frame: React.RefObject<HTMLDivElement | null>,
  onSelect: (id: string | null) => void,
) {
  const flow = useReactFlow();
  return (event: React.KeyboardEvent) => {
    const here = event.target as HTMLElement;
    if (!here.classList.contains("react-flow__node")) return;
    if (event.key === "Escape") onSelect(null);
    const order = nodes.map((node) => node.id);
    const next = stepTo(order, here.dataset.id ?? null, event.key);
    const node = nodes.find((one) => one.id === next);
    if (!node) return;
    event.preventDefault();
    const x = node.position.x + (node.width ?? 0) / 2;
    const y = node.position.y + (node.height ?? 0) / 2;
    void flow.setCenter(x, y, { zoom: flow.getZoom() }).then(() => focusOn(frame.current, node.id));
  };
}

/** The node may be drawn a moment later, when it has come into sight. */
function focusOn(frame: HTMLElement | null, id: string, tries = 5): void {
  const found = frame?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
  if (found) found.focus({ preventScroll: true });
  else if (tries > 0) requestAnimationFrame(() => focusOn(frame, id, tries - 1));
}

/** What is seen after the layout has changed: the same place where it can be, else everything. */
function useSight({ layout, anchor, target }: CanvasProps) {
  const flow = useReactFlow();
  const former = useRef(layout);
  const aimed = useRef<object | null>(null);
  useEffect(() => {
    const old = former.current;
    if (old === layout) return;
    former.current = layout;
    const before = anchor === null ? undefined : old.boxes[anchor];
    const after = anchor === null ? undefined : layout.boxes[anchor];
    if (before && after) {
      const { x, y, zoom } = flow.getViewport();
      void flow.setViewport({
        x: x + (before.x - after.x) * zoom,
        y: y + (before.y - after.y) * zoom,
        zoom,
      });
    } else {
      requestAnimationFrame(() => void flow.fitView(FIT));
    }
  }, [layout, anchor, flow]);
  useEffect(() => {
    const box = target ? layout.boxes[target.id] : undefined;
    if (!target || !box || aimed.current === target) return;
    aimed.current = target;
    requestAnimationFrame(() => {
      void flow.setCenter(box.x + box.width / 2, box.y + box.height / 2, {
        zoom: Math.max(0.9, Math.min(1.2, flow.getZoom())),
        duration: 200,
      });
    });
  }, [target, layout, flow]);
}
