import { describe, expect, it } from "vitest";

import { graphOf, matching, type Across } from "./dependencies";

const node = (dag_id: string, display_name = dag_id) => ({
  dag_id,
  display_name,
  is_paused: false,
  is_known: true,
});
const edge = (source: string, target: string, kind: string) => ({
  source,
  target,
  kind,
  task_id: "t",
  other_task_id: null,
  label: null,
});
const ACROSS: Across = {
  nodes: [node("a"), node("b", "Daily Sales"), node("c"), node("x"), node("y")],
  edges: [edge("a", "b", "triggers"), edge("b", "c", "waits"), edge("x", "y", "asset")],
};
const graph = graphOf(ACROSS, (one) => one.kind);

describe("dependencies", () => {
  it("are drawn by their kind, with words", () => {
    expect(graph.edges.map(({ kind, label }) => [kind, label])).toEqual([
      ["order", "triggers"],
      ["setup", "waits"],
      ["across", "asset"],
    ]);
  });

  it("are found by id or name, with all that hangs together in one direction", () => {
    const ids = (text: string) => matching(graph, text).tasks.map((task) => task.id);
    expect(ids("sales")).toEqual(["a", "b", "c"]);
    expect(ids("C")).toEqual(["a", "b", "c"]);
    expect(ids("x")).toEqual(["x", "y"]);
    expect(ids(" ")).toHaveLength(5);
    expect(ids("nothing")).toEqual([]);
  });
});
