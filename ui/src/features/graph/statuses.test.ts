import { describe, expect, it } from "vitest";

import { directionOf, flagsOf } from "./AroundFilter";
import { allGroups, graphOf, parseChosen, type Structure } from "./graphOf";
import { areSkipped, countsOf, statusesOf, statusesOfBars, together } from "./statuses";

const RUN: Parameters<typeof statusesOf>[0] = {
  cells: [
    ["a", "success", 1, 10, 20, 0],
    ["b", "skipped", 0, null, null, 1],
  ],
  mapped: [
    ["m", "success", 7, 1, 5, 9],
    ["m", "failed", 2, 3, 4, 30],
  ],
};

describe("the states of a run's tasks", () => {
  const statuses = statusesOf(RUN);

  it("are those of the grid's cells; a mapped task has the worst of its instances", () => {
    expect(statuses.get("a")).toMatchObject({ state: "success", counts: null, endedAt: 20 });
    expect(statuses.get("m")).toEqual({
      state: "failed",
      counts: [
        ["failed", 2],
        ["success", 7],
      ],
      tries: 3,
      startedAt: 4,
      endedAt: 30,
    });
  });

  it("are the same from the bars of a Gantt chart", () => {
    const found = statusesOfBars([
      ["a", -1, "success", 1, 10, 20],
      ["m", 0, "failed", 3, 4, 30],
      ["m", 1, "failed", 1, 6, 7],
      ["m", 2, "success", 1, 5, 9],
    ]);
    expect(found.get("a")).toEqual(statuses.get("a"));
    expect(found.get("m")?.counts).toEqual([
      ["failed", 2],
      ["success", 1],
    ]);
  });

  it("are counted for a group, whose unknown tasks have none", () => {
    expect(countsOf(["a", "m", "new"], statuses)).toEqual([
      ["failed", 1],
      ["success", 1],
      ["none", 1],
    ]);
    expect(together(["a", "b"], statuses)).toBe("skipped");
  });

  it("dim an edge only where everything was skipped", () => {
    expect(areSkipped(["b"], statuses)).toBe(true);
    expect(areSkipped(["a", "b"], statuses)).toBe(false);
    expect(areSkipped([], statuses)).toBe(false);
  });
});

describe("what the browser keeps of groups", () => {
  it.each([
    [null, {}],
    ["no JSON", {}],
    ["null", {}],
    ['{"g": true, "h": "yes"}', { g: true }],
  ])("%s is read as %j", (text, chosen) => {
    expect(parseChosen(text)).toEqual(chosen);
  });

  it("is nothing where all groups are as they would be anyway", () => {
    const group = { group_id: "g", label: "g", parent_id: null, tooltip: "" };
    const structure = {
      dag_id: "d",
      version_number: 1,
      nodes: [],
      edges: [{ source: "a", target: "b", label: null, is_setup_teardown: true }],
      groups: [{ ...group, is_mapped: false, ui_color: "#fff", ui_fgcolor: "#000" }],
    } satisfies Structure;
    const graph = graphOf(structure);
    expect(allGroups(graph, true)).toEqual({});
    expect(allGroups(graph, false)).toEqual({ g: false });
    expect(graph.edges[0]?.kind).toBe("setup");
  });
});

it.each(["upstream", "both", "downstream"] as const)("the address says %s and means it", (way) => {
  expect(directionOf(flagsOf(way))).toBe(way);
  expect(directionOf({})).toBe("both");
});
