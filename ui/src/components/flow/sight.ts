/** From where a graph is seen. */

import { getViewportForBounds, useReactFlow, useStore } from "@xyflow/react";
import { useEffect, useRef, type RefObject } from "react";

import type { Box, Layout } from "../../graph/types";

export const ZOOM_MIN = 0.01;
/** Whoever seeks a node sees it at least at this zoom. */
export const READABLE = 0.9;
/** Below this zoom nobody can read: nodes are drawn as icons. */
const FAR_BELOW = 0.45;
/** Below this zoom, many nodes are drawn as blocks of colour without icons. */
const TINY_BELOW = 0.2;
const TINY_FROM = 150;
/** Below this zoom, few nodes are too. */
const TINIER_BELOW = 0.1;
/** A graph that would have to be smaller than this begins at its start instead, if it has few nodes. */
const WHOLE_FROM = 0.3;
const START_ZOOM = 0.75;
const MARGIN = 24;
const FIT_MAX = 1.1;
const PADDING = 0.06;

/** How much can be made out of the nodes; before a graph has its place, many are not drawn. */
export function useDistance(count: number, isPlaced: boolean) {
  const isFar = useStore((state) => state.transform[2] < FAR_BELOW);
  const limit = count >= TINY_FROM ? TINY_BELOW : TINIER_BELOW;
  const isVeryFar = useStore((state) => state.transform[2] < limit);
  return { isFar, isTiny: isVeryFar || (count >= TINY_FROM && !isPlaced) };
}

/** Where the edge of a graph goes so that a point is in the middle, without empty space beside it. */
export function edgeAt(middle: number, length: number, room: number, zoom: number): number {
  const wanted = room / 2 - middle * zoom;
  if (length * zoom <= room - 2 * MARGIN) return (room - length * zoom) / 2;
  return Math.min(MARGIN, Math.max(room - MARGIN - length * zoom, wanted));
}

interface Seen {
  layout: Layout;
  nodes: readonly { id: string }[];
  /** The node that was folded or unfolded last stays where it is on the screen. */
  anchor: string | null;
  target: { id: string } | null;
}

/** What is seen after the layout has changed: the same place where it can be, else everything. */
export function useSight(
  { layout, nodes, anchor, target }: Seen,
  frame: RefObject<HTMLElement | null>,
) {
  const flow = useReactFlow();
  const former = useRef(layout);
  const aimed = useRef<object | null>(target);
  const whole = () => {
    const { clientWidth = 0, clientHeight = 0 } = frame.current ?? {};
    if (clientWidth === 0 || layout.width === 0) return null;
    const bounds = { x: 0, y: 0, width: layout.width, height: layout.height };
    return getViewportForBounds(bounds, clientWidth, clientHeight, ZOOM_MIN, FIT_MAX, PADDING);
  };
  const show = ({ x, y, width, height }: Box, zoom: number) => {
    const { clientWidth = 0, clientHeight = 0 } = frame.current ?? {};
    void flow.setViewport({
      x: edgeAt(x + width / 2, layout.width, clientWidth, zoom),
      y: edgeAt(y + height / 2, layout.height, clientHeight, zoom),
      zoom,
    });
  };
  const showAll = () => {
    const viewport = whole();
    if (viewport) void flow.setViewport(viewport);
  };
  /** Everything, unless that is too small to read what the address asks for, or anything. */
  const start = () => {
    const wanted = target ? layout.boxes[target.id] : undefined;
    const first = layout.boxes[nodes[0]?.id ?? ""];
    const viewport = whole();
    if (!viewport) return;
    if (wanted && viewport.zoom < FAR_BELOW) show(wanted, READABLE);
    else if (first && nodes.length < TINY_FROM && viewport.zoom < WHOLE_FROM)
      show(first, START_ZOOM);
    else void flow.setViewport(viewport);
  };
  const zoomTo = (event: { clientX: number; clientY: number }) => {
    const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    void flow.setCenter(x, y, { zoom: READABLE, duration: 250 });
  };
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
      start();
    }
    // oxlint-disable-next-line react/exhaustive-deps -- only another layout moves what is seen
  }, [layout]);
  useEffect(() => {
    const box = target ? layout.boxes[target.id] : undefined;
    if (!target || !box || aimed.current === target) return undefined;
    aimed.current = target;
    const zoom = Math.max(READABLE, Math.min(1.2, flow.getZoom()));
    const soon = requestAnimationFrame(() => {
      const { x, y, width, height } = box;
      void flow.setCenter(x + width / 2, y + height / 2, { zoom, duration: 200 });
    });
    return () => cancelAnimationFrame(soon);
  }, [target, layout, flow]);
  return { start, showAll, zoomTo };
}
