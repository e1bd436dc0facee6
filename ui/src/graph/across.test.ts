import { describe, expect, it } from "vitest";

import { withOthers, type Relation } from "./across";
import { around } from "./around";
import type { Graph } from "./types";

const WHOLE: Graph = {
  tasks: ["a", "b", "c"].map((id) => ({ id, label: id, group: null })),
  groups: [],
  edges: [
    { source: "a", target: "b", label: null, kind: "order" },
    { source: "b", target: "c", label: null, kind: "order" },
  ],
};
const relation = (more: Partial<Relation>): Relation => ({
  source: "me",
  target: "other",
  kind: "triggers",
  task_id: null,
  other_task_id: null,
  label: null,
  ...more,
});
const across = (graph: Graph) =>
  graph.edges
    .filter((edge) => edge.kind === "across")
    .map((edge) => `${edge.source}>${edge.target}`);

describe("other DAGs", () => {
  it.each([
    ["that a task starts", relation({ task_id: "b" }), "b>after:other"],
    ["that start this one", relation({ source: "x", target: "me" }), "before:x>a"],
    [
      "that a task waits for",
      relation({ source: "x", target: "me", kind: "waits", task_id: "b" }),
      "before:x>b",
    ],
    [
      "that wait for a task",
      relation({ kind: "waits", task_id: "theirs", other_task_id: "b" }),
      "b>after:other",
    ],
    ["that wait for all", relation({ kind: "waits", task_id: "theirs" }), "c>after:other"],
    [
      "that take an asset",
      relation({ kind: "asset", task_id: "b", label: "orders" }),
      "b>after:other",
    ],
  ])("%s stand beside it", (_, said, edge) => {
    expect(across(withOthers("me", WHOLE, WHOLE, [said]).graph)).toEqual([edge]);
  });

  it("are one node for each side, with all kinds of ties", () => {
    const { others } = withOthers("me", WHOLE, WHOLE, [
      relation({ task_id: "a" }),
      relation({ kind: "waits", task_id: "x" }),
      relation({ source: "other", target: "me" }),
    ]);
    expect([...others.keys()]).toEqual(["after:other", "before:other"]);
    expect(others.get("after:other")?.kinds).toEqual(["triggers", "waits"]);
  });

  it("that have nothing to do with this one, or are this one, are left out", () => {
    const { others } = withOthers("me", WHOLE, WHOLE, [
      relation({ source: "x", target: "y" }),
      relation({ target: "me" }),
    ]);
    expect(others.size).toBe(0);
  });

  it("stay without edges when the task is of another version, or there are too many ends", () => {
    const { graph, others } = withOthers("me", WHOLE, WHOLE, [relation({ task_id: "gone" })]);
    expect(others.size).toBe(1);
    expect(across(graph)).toEqual([]);
    const tasks = Array.from({ length: 13 }, (_, n) => ({ id: `t${n}`, label: "", group: null }));
    const wide = { tasks, groups: [], edges: [] };
    expect(across(withOthers("me", wide, wide, [relation({})]).graph)).toEqual([]);
  });

  it("go with the tasks that they are tied to", () => {
    const part = around(WHOLE, { root: "a", upstream: false, downstream: false });
    const said = [relation({ task_id: "b" }), relation({ source: "x", target: "me" })];
    const { others } = withOthers("me", WHOLE, part as Graph, said);
    expect([...others.keys()]).toEqual(["before:x"]);
  });
});
