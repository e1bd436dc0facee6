/** A laid out graph as an SVG document of its own, with nothing that points outside of it. */

import { textWidth } from "./measure";
import { headOf, pathOf } from "./route";
import type { EdgeKind, Layout } from "./types";

export interface Drawn {
  id: string;
  /** The first is large; each stands on a line of its own. */
  lines: readonly string[];
  isOpen: boolean;
  border: string;
  stripe: string | null;
  isDashed: boolean;
}

export interface Picture {
  title: string;
  layout: Layout;
  nodes: readonly Drawn[];
  edges: readonly { id: string; kind: EdgeKind; isDim: boolean; label: string }[];
  colours: { ground: string; node: string; text: string; faint: string; edge: string };
}

const MARGIN = 24;
const TITLE_HEIGHT = 28;
const FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans KR', 'Malgun Gothic', sans-serif";
const DASHES: Record<EdgeKind, string> = { order: "", setup: "6 4", across: "2 4" };

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** For text and attributes; what XML can't have at all goes. */
export function escaped(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, " ")
    .replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);
}

/** A text that is no wider than that, with an ellipsis if it was cut. */
export function clipped(text: string, width: number, fontSize: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  let kept = "";
  for (const letter of text) {
    if (textWidth(`${kept}${letter}…`, fontSize) > width) break;
    kept += letter;
  }
  return `${kept}…`;
}

function textAt(x: number, y: number, size: number, fill: string, words: string): string {
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${escaped(fill)}">${escaped(words)}</text>`;
}

function nodeSvg(node: Drawn, picture: Picture): string {
  const box = picture.layout.boxes[node.id];
  if (!box) return "";
  const { colours } = picture;
  const fill = node.isOpen ? "none" : colours.node;
  const dash = node.isDashed ? ' stroke-dasharray="5 3"' : "";
  const room = box.width - 28;
  const parts = [
    `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="8" ` +
      `fill="${escaped(fill)}" stroke="${escaped(node.border)}" stroke-width="1.5"${dash}/>`,
  ];
  if (node.stripe) {
    parts.push(
      `<rect x="${box.x + 6}" y="${box.y + 10}" width="4" height="${box.height - 20}" rx="2" ` +
        `fill="${escaped(node.stripe)}"/>`,
    );
  }
  node.lines.forEach((line, index) => {
    const size = index === 0 ? 13 : 11;
    const colour = index === 0 ? colours.text : colours.faint;
    const y = box.y + 22 + index * 18;
    parts.push(textAt(box.x + 18, y, size, colour, clipped(line, room, size)));
  });
  return parts.join("");
}

function edgeSvg(edge: Picture["edges"][number], picture: Picture): string {
  const route = picture.layout.routes[edge.id];
  if (!route) return "";
  const { colours } = picture;
  const dash = DASHES[edge.kind] ? ` stroke-dasharray="${DASHES[edge.kind]}"` : "";
  const path =
    `<path d="${pathOf(route)}" fill="none" stroke="${escaped(colours.edge)}" stroke-width="1.5"${dash}/>` +
    `<path d="${headOf(route)}" fill="${escaped(colours.edge)}"/>`;
  const label = route.label
    ? `<rect x="${route.label.x}" y="${route.label.y}" width="${route.label.width}" ` +
      `height="${route.label.height}" fill="${escaped(colours.ground)}"/>` +
      textAt(
        route.label.x + 6,
        route.label.y + 13,
        11,
        colours.faint,
        clipped(edge.label, route.label.width, 11),
      )
    : "";
  return edge.isDim ? `<g opacity="0.45">${path}${label}</g>` : path + label;
}

export function pictureSize(layout: Layout): { width: number; height: number } {
  return {
    width: Math.ceil(layout.width + 2 * MARGIN),
    height: Math.ceil(layout.height + 2 * MARGIN + TITLE_HEIGHT),
  };
}

export function svgOf(picture: Picture): string {
  const { width, height } = pictureSize(picture.layout);
  const { colours } = picture;
  const frames = picture.nodes.filter((node) => node.isOpen);
  const leaves = picture.nodes.filter((node) => !node.isOpen);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" `,
    `viewBox="0 0 ${width} ${height}" font-family="${escaped(FONT)}">`,
    `<title>${escaped(picture.title)}</title>`,
    `<rect width="100%" height="100%" fill="${escaped(colours.ground)}"/>`,
    textAt(MARGIN, MARGIN + 6, 14, colours.text, clipped(picture.title, width - 2 * MARGIN, 14)),
    `<g transform="translate(${MARGIN} ${MARGIN + TITLE_HEIGHT})">`,
    ...frames.map((node) => nodeSvg(node, picture)),
    ...picture.edges.map((edge) => edgeSvg(edge, picture)),
    ...leaves.map((node) => nodeSvg(node, picture)),
    "</g></svg>",
  ].join("");
}
