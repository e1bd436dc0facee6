import { expect, it } from "vitest";

import { differences, readDetails, summary } from "./difference";

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
  const found = differences({ a: 1, b: "x", c: 1 }, { a: 2, b: "y", c: 3 });
  expect(summary(found)).toBe("a: 1 → 2, b: x → y, +1");
});

it("keeps details that are no object as they were written", () => {
  expect(readDetails('{"pool":"db"}')).toEqual({ pool: "db" });
  expect(readDetails("by hand")).toBe("by hand");
  expect(readDetails("[1]")).toBe("[1]");
  expect(readDetails(null)).toBeNull();
});
