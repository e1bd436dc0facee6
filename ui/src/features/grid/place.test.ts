import { expect, it } from "vitest";

import { parsed } from "./useFolds";
import { runsShown } from "./useGrid";
import { moved } from "./useKeys";

const SIZE = { rows: 30, columns: 20 };

it.each([
  ["ArrowUp", { row: -1, column: 5 }],
  ["ArrowDown", { row: 1, column: 5 }],
  ["ArrowLeft", { row: 0, column: 4 }],
  ["PageDown", { row: 10, column: 5 }],
  ["Home", { row: 0, column: 0 }],
  ["End", { row: 0, column: 19 }],
])("%s leads on", (key, place) => {
  expect(moved({ row: 0, column: 5 }, key, SIZE)).toEqual(place);
});

it("keys stop at the edges, above which the bars are", () => {
  expect(moved({ row: -1, column: 0 }, "ArrowUp", SIZE)).toEqual({ row: -1, column: 0 });
  expect(moved({ row: 29, column: 19 }, "PageDown", SIZE)).toEqual({ row: 29, column: 19 });
  expect(moved({ row: 0, column: 0 }, "x", SIZE)).toBeNull();
});

it("what the browser kept of folds may be nothing, or nonsense", () => {
  expect([...parsed('["a","그룹"]')]).toEqual(["a", "그룹"]);
  for (const text of [null, "{", "7", '{"a":1}', "[1]"]) expect(parsed(text).size).toBe(0);
});

it("an address may ask for any number of runs, and gets what is offered", () => {
  expect([0, 7, 9_999].map((num_runs) => runsShown({ num_runs }))).toEqual([1, 7, 365]);
  expect(runsShown({})).toBe(25);
});
