import { expect, it } from "vitest";

import { instanceCommands, literal, quoted, runCommands } from "./commands";

it.each([
  ["sales", "sales"],
  ["manual__2026-11-23T00:39:03+00:00", "manual__2026-11-23T00:39:03+00:00"],
  ["주문", "'주문'"],
  ["a b", "'a b'"],
  ["it's", String.raw`'it'\''s'`],
  ["$(rm -rf ~); `x`", "'$(rm -rf ~); `x`'"],
  ["", "''"],
])("quotes %j for a shell as %s", (word, expected) => {
  expect(quoted(word)).toBe(expected);
});

it("makes a text a pattern that matches only itself", () => {
  const pattern = new RegExp(`^${literal("a.b[0]+(c)")}$`);
  expect(pattern.test("a.b[0]+(c)")).toBe(true);
  expect(pattern.test("aXb[0]+(c)")).toBe(false);
});

it("names the run in each command", () => {
  const lines = runCommands({ dagId: "sales", runId: "r 1" }).map((command) => command.line);
  expect(lines).toContain("narae tasks states-for-dag-run sales 'r 1'");
  expect(lines).toContain("narae tasks clear sales --run-id 'r 1' --only-failed");
});

it("names the index of a mapped instance, and tests only tasks that are not mapped", () => {
  const mapped = { dagId: "sales", runId: "r1", taskId: "sell", mapIndex: 3 };
  const ids = (index: number) =>
    instanceCommands({ ...mapped, mapIndex: index }).map((command) => command.id);
  expect(instanceCommands(mapped)[0]?.line).toBe("narae tasks why sales r1 sell --map-index 3");
  expect(ids(3)).not.toContain("test");
  expect(ids(-1)).toContain("test");
});
