import { expect, it } from "vitest";

import { changeLine, differences, readDetails, summary } from "./difference";

it("names what changed first, and keeps what stayed", () => {
  const found = differences(
    { name: "db", slots: 3, description: "" },
    { name: "db", slots: 5, description: "warehouse" },
  );
  expect(found.map(({ place, became }) => [place, became])).toEqual([
    ["slots", "changed"],
    ["description", "changed"],
    ["name", "same"],
  ]);
});

it("tells what came and what went, also within objects", () => {
  const found = differences({ extra: { host: "a", port: 1 } }, { extra: { host: "a", tls: true } });
  expect(found).toEqual([
    { place: "extra.port", became: "removed", before: 1, after: undefined },
    { place: "extra.tls", became: "added", before: undefined, after: true },
    { place: "extra.host", became: "same", before: "a", after: "a" },
  ]);
});

it.each([
  [null, { a: 1 }, "added"],
  [{ a: 1 }, null, "removed"],
  [{ a: [1, 2] }, { a: [1, 3] }, "changed"],
  [{ a: {} }, { a: {} }, "same"],
] as const)("between %j and %j: %s", (before, after, became) => {
  expect(differences(before, after).map((each) => each.became)).toEqual([became]);
});

it("finds nothing where nothing is told", () => {
  expect(differences(null, null)).toEqual([]);
});

it("sums up in a line, with how many more there are", () => {
  const [before, after] = [
    { a: 1, b: "", c: 1 },
    { a: 2, b: "y", c: 3 },
  ];
  expect(summary(before, after)).toBe('a: 1 → 2, b: "" → y, +1');
});

it("leaves out of the line what is new and says nothing", () => {
  expect(summary(null, { name: "db", note: null, extra: {}, slots: 0 })).toBe("name: db, slots: 0");
});

it.each([
  ['{"pool":"db"}', { slots: 3 }, { slots: 5 }, "slots: 3 → 5"],
  ['{"pool":"db"}', null, { slots: 5 }, "pool: db"],
  ['{"conf":{}}', null, { run_id: "r" }, "run_id: r"],
  ["by hand", null, null, "by hand"],
  [null, null, null, ""],
] as const)("of %s from %j to %j: %s", (extra, before, after, line) => {
  expect(changeLine(before, after, extra)).toBe(line);
});

it("keeps details that are no object as they were written", () => {
  expect(readDetails('{"pool":"db"}')).toEqual({ pool: "db" });
  expect(readDetails("by hand")).toBe("by hand");
  expect(readDetails("[1]")).toBe("[1]");
  expect(readDetails(null)).toBeNull();
});
