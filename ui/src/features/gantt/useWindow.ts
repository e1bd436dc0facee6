/** Which part of the run is seen: all of it, until somebody zooms in. */

import { useCallback, useEffect, useRef, useState } from "react";

import { panned, zoomed, type Span } from "./bars";

const NEARER = 0.8;

export function useWindow(whole: Span) {
  const [chosen, choose] = useState<Span | null>(null);
  const span = chosen ?? whole;
  const zoom = useCallback(
    (factor: number, at = 0.5) => {
      const next = zoomed(span, whole, factor, at);
      choose(next.until - next.from >= whole.until - whole.from ? null : next);
    },
    [span, whole],
  );
  const pan = useCallback((share: number) => choose(panned(span, whole, share)), [span, whole]);
  const reset = useCallback(() => choose(null), []);
  return { span, zoom, pan, reset, isWhole: chosen === null };
}

export type Window = ReturnType<typeof useWindow>;

/** The wheel zooms with Ctrl and pans with Shift; dragging pans. */
export function useGestures(element: React.RefObject<HTMLElement | null>, view: Window): void {
  const latest = useRef(view);
  useEffect(() => {
    latest.current = view;
  }, [view]);
  useEffect(() => {
    const place = element.current;
    if (!place) return undefined;
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return;
      event.preventDefault();
      const box = place.getBoundingClientRect();
      const at = (event.clientX - box.left) / box.width;
      if (event.shiftKey) latest.current.pan(Math.sign(event.deltaY || event.deltaX) * 0.1);
      else latest.current.zoom(event.deltaY > 0 ? 1 / NEARER : NEARER, at);
    };
    let from: number | null = null;
    const down = (event: PointerEvent) => {
      from = event.button === 0 ? event.clientX : null;
    };
    const move = (event: PointerEvent) => {
      if (from === null || Math.abs(event.clientX - from) < 4) return;
      latest.current.pan((from - event.clientX) / place.clientWidth);
      from = event.clientX;
    };
    const up = () => {
      from = null;
    };
    place.addEventListener("wheel", wheel, { passive: false });
    place.addEventListener("pointerdown", down);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
    return () => {
      place.removeEventListener("wheel", wheel);
      place.removeEventListener("pointerdown", down);
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
    };
  }, [element]);
}
