import { describe, expect, it } from "vitest";

import { around, neighbours, reach } from "./around";
import { edgeId, fold, openGroups } from "./fold";
import { hashOf } from "./hash";
import { stepTo } from "./keys";
import { labelWidth, nodeWidth, planOf, textWidth } from "./measure";
import { headOf, pathOf } from "./route";
import type { Graph, GraphEdge } from "./types";

const edge = (source: string, target: string, more: Partial<GraphEdge> = {}): GraphEdge => ({
  source,
  target,
  label: null,
  kind: "order",
  ...more,
});

/** start -> [g: a -> [h: b -> c]] -> end */
const GRAPH: Graph = {
  tasks: [
    { id: "start", label: "start", group: null },
    { id: "g.a", label: "a", group: "g" },
    { id: "g.h.b", label: "b", group: "g.h" },
    { id: "g.h.c", label: "c", group: "g.h" },
    { id: "end", label: "end", group: null },
  ],
  groups: [
    { id: "g", label: "g", parent: null },
    { id: "g.h", label: "h", parent: "g" },
  ],
  edges: [
    edge("start", "g.a"),
    edge("start", "g.h.b", { label: "yes" }),
    edge("g.a", "g.h.b"),
    edge("g.h.b", "g.h.c"),
    edge("g.h.b", "end", { kind: "setup" }),
    edge("g.h.c", "end"),
  ],
};
const size = () => ({ width: 150, height: 60 });
const names = (shown: { nodes: readonly { id: string }[] }) => shown.nodes.map((node) => node.id);
const links = (shown: { edges: readonly { source: string; target: string }[] }) =>
  shown.edges.map(({ source, target }) => `${source}>${target}`);

describe("folding", () => {
  it("shows all tasks in their groups when all groups are open, groups before what is in them", () => {
    const shown = fold(GRAPH, new Set(["g", "g.h"]));
    expect(names(shown)).toEqual(["start", "g", "g.a", "g.h", "g.h.b", "g.h.c", "end"]);
    expect(shown.nodes.find((node) => node.id === "g.h")?.parent).toBe("g");
    expect(shown.edges).toHaveLength(6);
  });

  it("lets a folded group stand for all that is in it", () => {
    const shown = fold(GRAPH, new Set());
    expect(names(shown)).toEqual(["start", "g", "end"]);
    expect(shown.nodes[1]).toMatchObject({ kind: "folded", tasks: ["g.a", "g.h.b", "g.h.c"] });
    expect(links(shown)).toEqual(["start>g", "g>end"]);
    expect(shown.edges[0]).toMatchObject({ count: 2, labels: ["yes"] });
  });

  it("keeps an inner group folded within an open one", () => {
    const shown = fold(GRAPH, new Set(["g"]));
    expect(links(shown)).toEqual(["start>g.a", "start>g.h", "g.a>g.h", "g.h>end"]);
  });

  it("does not look into a group whose outer group is folded", () => {
    expect(names(fold(GRAPH, new Set(["g.h"])))).toEqual(["start", "g", "end"]);
  });

  it("draws a merged edge as an order as soon as one of its edges is one", () => {
    const shown = fold(GRAPH, new Set());
    expect(shown.edges.find((each) => each.id === edgeId("g", "end"))?.kind).toBe("order");
    const open = fold(GRAPH, new Set(["g", "g.h"]));
    expect(open.edges.find((each) => each.id === edgeId("g.h.b", "end"))?.kind).toBe("setup");
  });

  it("survives a group that is said to be in itself", () => {
    const graph: Graph = {
      ...GRAPH,
      groups: [
        { id: "g", label: "g", parent: "g.h" },
        { id: "g.h", label: "h", parent: "g" },
      ],
    };
    expect(names(fold(graph, new Set()))).toContain("end");
  });
});

describe("groups", () => {
  it("are open in a small graph, and as somebody has left them", () => {
    expect(openGroups(GRAPH, {}, null)).toEqual(new Set(["g", "g.h"]));
    expect(openGroups(GRAPH, { "g.h": false }, null)).toEqual(new Set(["g"]));
  });

  it("open for the task that is looked at", () => {
    const chosen = { g: false, "g.h": false };
    expect(openGroups(GRAPH, chosen, "g.h.b")).toEqual(new Set(["g", "g.h"]));
  });

  it("are folded in a graph of over 300 tasks", () => {
    const tasks = Array.from({ length: 301 }, (_, n) => ({ id: `t${n}`, label: "", group: "g" }));
    expect(openGroups({ ...GRAPH, tasks }, {}, null)).toEqual(new Set());
  });
});

describe("the part around a root", () => {
  const part = (root: string, upstream: boolean, downstream: boolean, depth?: number) =>
    around(GRAPH, { root, upstream, downstream, depth })?.tasks.map((task) => task.id);

  it("goes upstream, downstream, both or neither", () => {
    expect(part("g.h.b", true, false)).toEqual(["start", "g.a", "g.h.b"]);
    expect(part("g.h.b", false, true)).toEqual(["g.h.b", "g.h.c", "end"]);
    expect(part("g.h.b", true, true)).toHaveLength(5);
    expect(part("g.h.b", false, false)).toEqual(["g.h.b"]);
  });

  it("ends after so many steps", () => {
    expect(part("start", false, true, 1)).toEqual(["start", "g.a", "g.h.b"]);
    expect(part("start", false, true, 0)).toEqual(["start"]);
  });

  it("may begin at a group", () => {
    expect(part("g.h", true, false, 1)).toEqual(["start", "g.a", "g.h.b", "g.h.c"]);
  });

  it("is null for a root that there is not", () => {
    expect(around(GRAPH, { root: "gone", upstream: true, downstream: true })).toBeNull();
  });

  it("has no edges to what is left out", () => {
    const found = around(GRAPH, { root: "g.h.b", upstream: true, downstream: false });
    expect(links({ edges: found?.edges ?? [] })).toEqual(["start>g.a", "start>g.h.b", "g.a>g.h.b"]);
  });

  it("ends in a circle too", () => {
    const { after } = neighbours([edge("a", "b"), edge("b", "a")]);
    expect(reach(after, ["a"])).toEqual(new Set(["a", "b"]));
  });
});

describe("the hash of a plan", () => {
  const plan = planOf(fold(GRAPH, new Set()), "LR", size);

  it("is the same for the same plan", () => {
    expect(hashOf(planOf(fold(GRAPH, new Set()), "LR", size))).toBe(hashOf(plan));
  });

  it("is another when anything that counts is", () => {
    const others = [
      planOf(fold(GRAPH, new Set()), "TB", size),
      planOf(fold(GRAPH, new Set(["g"])), "LR", size),
      { ...plan, edges: plan.edges.slice(1) },
      { ...plan, nodes: plan.nodes.map((node) => ({ ...node, width: node.width + 1 })) },
    ];
    expect(new Set([plan, ...others].map(hashOf)).size).toBe(5);
  });
});

describe("sizes", () => {
  it("allow Hangul twice the room of Latin letters", () => {
    expect(textWidth("정산", 10)).toBe(20);
    expect(textWidth("ab", 10)).toBe(12);
  });

  it("stay within limits whatever the text", () => {
    expect(nodeWidth("a", "")).toBe(150);
    expect(nodeWidth("a".repeat(200), "")).toBe(260);
    expect(labelWidth([])).toBe(0);
    expect(labelWidth(["x".repeat(500)])).toBe(160);
  });
});

describe("paths", () => {
  const bent = {
    points: [
      { x: 0, y: 0 },
      { x: 100, y: 0 },
      { x: 100, y: 50 },
    ],
    label: null,
  };

  it("have rounded corners, or none", () => {
    expect(pathOf(bent)).toBe("M0 0L92 0Q100 0 100 8L100 50");
    expect(pathOf(bent, false)).toBe("M0 0L100 0L100 50");
  });

  it("of nothing are empty", () => {
    expect(pathOf({ points: [], label: null })).toBe("");
    expect(headOf({ points: [{ x: 1, y: 1 }], label: null })).toBe("");
  });

  it("end in a head that points along the last stretch", () => {
    expect(headOf(bent)).toBe("M100 50L96 43L104 43Z");
  });
});

describe("keys", () => {
  const order = ["a", "b", "c"];

  it.each([
    ["a", "ArrowRight", "b"],
    ["a", "ArrowLeft", "a"],
    ["c", "ArrowDown", "c"],
    ["b", "End", "c"],
    ["b", "Home", "a"],
    [null, "ArrowRight", "a"],
    ["b", "x", null],
  ])("from %s by %s to %s", (from, key, to) => {
    expect(stepTo(order, from, key)).toBe(to);
  });
});
