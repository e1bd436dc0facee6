/** All nodes as filled blocks, one path for each colour. */

import { memo, useMemo } from "react";

import type { Box, Layout } from "../../graph/types";

export interface BlocksProps {
  layout: Layout;
  nodes: readonly { id: string; isOpen: boolean }[];
  colourOf: (id: string) => string;
}

const block = ({ x, y, width, height }: Box) => `M${x} ${y}h${width}v${height}h${-width}Z`;

export const Blocks = memo(function Blocks({ layout, nodes, colourOf }: BlocksProps) {
  const paths = useMemo(() => {
    const found = new Map<string, string[]>();
    for (const node of nodes) {
      const box = layout.boxes[node.id];
      if (!box || node.isOpen) continue;
      const colour = colourOf(node.id);
      const blocks = found.get(colour);
      if (blocks) blocks.push(block(box));
      else found.set(colour, [block(box)]);
    }
    return [...found].map(([colour, blocks]) => [colour, blocks.join("")] as const);
  }, [layout, nodes, colourOf]);
  return paths.map(([colour, path]) => <path key={colour} d={path} style={{ fill: colour }} />);
});
