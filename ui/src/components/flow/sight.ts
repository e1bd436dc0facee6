/** From where a graph is seen. */

import { getViewportForBounds, useReactFlow, useStore } from "@xyflow/react";
import { useEffect, useRef, type RefObject } from "react";

import type { Layout } from "../../graph/types";

export const ZOOM_MIN = 0.01;
/** Whoever seeks a node sees it at least at this zoom. */
export const READABLE = 0.9;
/** Below this zoom nobody can read: nodes are drawn as icons. */
const FAR_BELOW = 0.45;
/** Below this zoom, many nodes are drawn as blocks of colour without icons. */
const TINY_BELOW = 0.2;
const TINY_FROM = 150;
const FIT_MAX = 1.1;
const PADDING = 0.06;

/** How much can be made out of the nodes; before a graph has its place, many are not drawn. */
export function useDistance(count: number, isPlaced: boolean) {
  const isFar = useStore((state) => state.transform[2] < FAR_BELOW);
  const isVeryFar = useStore((state) => state.transform[2] < TINY_BELOW);
  return { isFar, isTiny: count >= TINY_FROM && (isVeryFar || !isPlaced) };
}

interface Seen {
  layout: Layout;
  /** The node that was folded or unfolded last stays where it is on the screen. */
  anchor: string | null;
  target: { id: string } | null;
}

/** What is seen after the layout has changed: the same place where it can be, else everything. */
export function useSight({ layout, anchor, target }: Seen, frame: RefObject<HTMLElement | null>) {
  const flow = useReactFlow();
  const former = useRef(layout);
  const aimed = useRef<object | null>(null);
  const showAll = () => {
    const { clientWidth = 0, clientHeight = 0 } = frame.current ?? {};
    if (clientWidth === 0 || layout.width === 0) return;
    const bounds = { x: 0, y: 0, width: layout.width, height: layout.height };
    void flow.setViewport(
      getViewportForBounds(bounds, clientWidth, clientHeight, ZOOM_MIN, FIT_MAX, PADDING),
    );
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
      showAll();
    }
    // oxlint-disable-next-line react/exhaustive-deps -- only another layout moves what is seen
  }, [layout]);
  useEffect(() => {
    const box = target ? layout.boxes[target.id] : undefined;
    if (!target || !box || aimed.current === target) return undefined;
    aimed.current = target;
    const zoom = Math.max(READABLE, Math.min(1.2, flow.getZoom()));
    const soon = requestAnimationFrame(() => {
      void flow.setCenter(box.x + box.width / 2, box.y + box.height / 2, { zoom, duration: 200 });
    });
    return () => cancelAnimationFrame(soon);
  }, [target, layout, flow]);
  return { showAll, zoomTo };
}
