/** Edges as SVG paths: straight stretches with rounded corners. */

import type { Point, Route } from "./types";

const RADIUS = 8;

function toward(from: Point, to: Point, length: number): Point {
  const whole = Math.hypot(to.x - from.x, to.y - from.y);
  const part = whole === 0 ? 0 : Math.min(length, whole / 2) / whole;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

const at = ({ x, y }: Point) => `${round(x)} ${round(y)}`;

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** `M0 0L92 0Q100 0 100 8L100 50` */
export function pathOf(route: Route, isRounded = true): string {
  const { points } = route;
  const [first] = points;
  if (!first || points.length < 2) return "";
  let path = `M${at(first)}`;
  for (let index = 1; index < points.length; index += 1) {
    const here = points[index] as Point;
    const before = points[index - 1] as Point;
    const after = points[index + 1];
    if (!after || !isRounded) path += `L${at(here)}`;
    else
      path += `L${at(toward(here, before, RADIUS))}Q${at(here)} ${at(toward(here, after, RADIUS))}`;
  }
  return path;
}

const HEAD_LENGTH = 7;
const HEAD_WIDTH = 4;

/** The head of the arrow at the end of an edge, as a closed path. */
export function headOf(route: Route): string {
  const end = route.points.at(-1);
  const before = route.points.at(-2);
  if (!end || !before) return "";
  const length = Math.hypot(end.x - before.x, end.y - before.y);
  if (length === 0) return "";
  const along = { x: (end.x - before.x) / length, y: (end.y - before.y) / length };
  const base = { x: end.x - along.x * HEAD_LENGTH, y: end.y - along.y * HEAD_LENGTH };
  const left = { x: base.x - along.y * HEAD_WIDTH, y: base.y + along.x * HEAD_WIDTH };
  const right = { x: base.x + along.y * HEAD_WIDTH, y: base.y - along.x * HEAD_WIDTH };
  return `M${at(end)}L${at(left)}L${at(right)}Z`;
}
