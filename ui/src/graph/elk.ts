/** Plans as ELK's graphs, and ELK's answers as layouts: https://eclipse.dev/elk/reference.html */

import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api";

import type { Box, Layout, Orientation, Plan, PlanNode, Point, Route } from "./types";

const DIRECTIONS: Record<Orientation, string> = { LR: "RIGHT", TB: "DOWN", RL: "LEFT", BT: "UP" };
/** From so many nodes on, speed goes before beauty. */
const FAST_FROM = 300;
/** Below so many nodes, what stands first in the file stands first; wide graphs take long for it. */
const ORDERED_BELOW = 150;
const LABEL_HEIGHT = 18;

const ALWAYS: Record<string, string> = {
  "elk.algorithm": "layered",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.json.shapeCoords": "ROOT",
  "elk.json.edgeCoords": "ROOT",
  "elk.randomSeed": "1",
  "elk.spacing.nodeNode": "24",
  "elk.spacing.edgeNode": "16",
  "elk.layered.spacing.nodeNodeBetweenLayers": "48",
  "elk.layered.spacing.edgeNodeBetweenLayers": "16",
};
const FINE: Record<string, string> = {
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
  "elk.layered.nodePlacement.bk.fixedAlignment": "BALANCED",
};
const ORDERED: Record<string, string> = {
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
};
const FAST: Record<string, string> = {
  "elk.edgeRouting": "POLYLINE",
  "elk.layered.nodePlacement.strategy": "SIMPLE",
  "elk.layered.thoroughness": "1",
  "elk.layered.crossingMinimization.greedySwitch.type": "OFF",
  "elk.layered.crossingMinimization.greedySwitchHierarchical.type": "OFF",
};
const OPEN_PADDING = "[top=40,left=16,bottom=16,right=16]";

function styleFor(nodes: number): Record<string, string> {
  if (nodes >= FAST_FROM) return FAST;
  return nodes < ORDERED_BELOW ? { ...FINE, ...ORDERED } : FINE;
}

export function elkGraph(plan: Plan): ElkNode {
  const inside = new Map<string | null, PlanNode[]>();
  for (const node of plan.nodes) {
    const siblings = inside.get(node.parent);
    if (siblings) siblings.push(node);
    else inside.set(node.parent, [node]);
  }
  const direction = { "elk.direction": DIRECTIONS[plan.orientation] };
  const make = (node: PlanNode): ElkNode =>
    node.isOpen
      ? {
          id: node.id,
          children: (inside.get(node.id) ?? []).map(make),
          layoutOptions: {
            ...direction,
            "elk.padding": OPEN_PADDING,
            "elk.nodeSize.constraints": "MINIMUM_SIZE",
            "elk.nodeSize.minimum": `(${node.width}, ${node.height})`,
          },
        }
      : { id: node.id, width: node.width, height: node.height };
  return {
    id: "\u0000root",
    layoutOptions: { ...ALWAYS, ...styleFor(plan.nodes.length), ...direction },
    children: (inside.get(null) ?? []).map(make),
    edges: plan.edges.map((edge) => ({
      id: edge.id,
      sources: [edge.source],
      targets: [edge.target],
      ...(edge.labelWidth > 0
        ? {
            labels: [
              {
                id: `${edge.id}\u0000label`,
                text: " ",
                width: edge.labelWidth,
                height: LABEL_HEIGHT,
                layoutOptions: { "elk.edgeLabels.inline": "true" },
              },
            ],
          }
        : {}),
    })),
  };
}

function boxOf(shape: Partial<Box>): Box {
  return {
    x: shape.x ?? 0,
    y: shape.y ?? 0,
    width: shape.width ?? 0,
    height: shape.height ?? 0,
  };
}

function routeOf(edge: ElkExtendedEdge): Route {
  const points: Point[] = [];
  for (const { startPoint, bendPoints, endPoint } of edge.sections ?? []) {
    for (const { x, y } of [startPoint, ...(bendPoints ?? []), endPoint]) points.push({ x, y });
  }
  const [label] = edge.labels ?? [];
  return { points, label: label ? boxOf(label) : null };
}

export function layoutOf(answer: ElkNode): Layout {
  const boxes: Record<string, Box> = {};
  const walk = (node: ElkNode) => {
    for (const child of node.children ?? []) {
      boxes[child.id] = boxOf(child);
      walk(child);
    }
  };
  walk(answer);
  const routes: Record<string, Route> = {};
  for (const edge of answer.edges ?? []) routes[edge.id] = routeOf(edge);
  return { width: answer.width ?? 0, height: answer.height ?? 0, boxes, routes };
}
