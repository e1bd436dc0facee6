/** How large nodes are. Estimated from the text, so that a layout is the same in each browser. */

import type { Orientation, Plan, PlanNode, Shown, ShownNode } from "./types";

export const NODE_HEIGHT = 68;
const WIDTH_MIN = 150;
const WIDTH_MAX = 260;
/** Icon, paddings and stripe beside the text. */
const BESIDE = 52;
const LABEL_MAX = 160;

/** Hangul, Han and kana, and what stands beyond the basic plane, are about twice as wide. */
const WIDE = /[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uff00-\uff60\u{10000}-\u{10ffff}]/u;

/** About how wide a text is, in pixels at this size of font. */
export function textWidth(text: string, fontSize: number): number {
  let width = 0;
  for (const letter of text) {
    width += fontSize * (WIDE.test(letter) ? 1 : 0.58);
    if (width > 2_000) break;
  }
  return Math.ceil(width);
}

export function nodeWidth(...lines: readonly string[]): number {
  const text = Math.max(...lines.map((line, index) => textWidth(line, index === 0 ? 13 : 11)));
  const width = Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, text + BESIDE));
  // In steps, so that one letter more seldom moves everything.
  return Math.ceil(width / 10) * 10;
}

export function labelWidth(labels: readonly string[]): number {
  if (labels.length === 0) return 0;
  return Math.min(LABEL_MAX, textWidth(labels.join(", "), 11) + 12);
}

export interface Size {
  width: number;
  height: number;
}

/** What a layout needs to know. */
export function planOf(
  shown: Shown,
  orientation: Orientation,
  sizeOf: (node: ShownNode) => Size,
): Plan {
  const nodes: PlanNode[] = shown.nodes.map((node) => ({
    id: node.id,
    parent: node.parent,
    isOpen: node.kind === "open",
    ...sizeOf(node),
  }));
  const edges = shown.edges.map(({ id, source, target, labels }) => ({
    id,
    source,
    target,
    labelWidth: labelWidth(labels),
  }));
  return { orientation, nodes, edges };
}
