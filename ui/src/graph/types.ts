/** Shapes that layout works on: no React, no API, nothing that a worker couldn't take. */

/** Where a graph begins: left, top, right or bottom. */
export const ORIENTATIONS = ["LR", "TB", "RL", "BT"] as const;
export type Orientation = (typeof ORIENTATIONS)[number];

export interface GraphTask {
  id: string;
  label: string;
  group: string | null;
}

export interface GraphGroup {
  id: string;
  label: string;
  /** The group that it is in. */
  parent: string | null;
}

export interface GraphEdge {
  source: string;
  target: string;
  label: string | null;
  kind: EdgeKind;
}

/** `order`: comes after. `setup`: to the teardown that cleans up. `across`: to another DAG. */
export type EdgeKind = "order" | "setup" | "across";

export interface Graph {
  /** In topological order. */
  tasks: readonly GraphTask[];
  /** Parents before children. */
  groups: readonly GraphGroup[];
  edges: readonly GraphEdge[];
}

/** What is drawn once groups are folded. */
export interface ShownNode {
  id: string;
  label: string;
  kind: "task" | "open" | "folded";
  /** The open group that it is drawn in. */
  parent: string | null;
  /** Tasks in a group, however deep; of a task itself alone. */
  tasks: readonly string[];
}

export interface ShownEdge {
  id: string;
  source: string;
  target: string;
  labels: readonly string[];
  kind: EdgeKind;
  /** How many edges between tasks it stands for. */
  count: number;
}

export interface Shown {
  nodes: readonly ShownNode[];
  edges: readonly ShownEdge[];
}

/** What a layout depends on: sizes and edges, but no states. */
export interface Plan {
  orientation: Orientation;
  nodes: readonly PlanNode[];
  edges: readonly PlanEdge[];
}

export interface PlanNode {
  id: string;
  parent: string | null;
  isOpen: boolean;
  width: number;
  height: number;
}

interface PlanEdge {
  id: string;
  source: string;
  target: string;
  /** The width of its label; 0 for none. */
  labelWidth: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Box extends Point {
  width: number;
  height: number;
}

export interface Route {
  points: Point[];
  label: Box | null;
}

/** Where everything goes, in pixels from the top left. */
export interface Layout {
  width: number;
  height: number;
  boxes: Record<string, Box>;
  routes: Record<string, Route>;
}
