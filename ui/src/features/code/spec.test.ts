import { expect, it } from "vitest";

import { wordsOf } from "./spec";

const NONE = { added: [], removed: [], changed: {} };

it("changes are told by what came, what went, and which fields of what differ", () => {
  const words = wordsOf(
    {
      fields: ["schedule_text", "timetable"],
      tasks: { added: ["c"], removed: [], changed: { a: ["retry"], b: ["retry"], d: ["pool"] } },
      groups: NONE,
      params: { ...NONE, removed: ["city"] },
    },
    (name) => (name === "schedule_text" || name === "timetable" ? "schedule" : name),
  );
  expect(words.map(({ key, values }) => [key, values.names, values.fields])).toEqual([
    ["fields", "schedule", undefined],
    ["tasks.added", "c", undefined],
    ["tasks.changed", "a, b", "retry"],
    ["tasks.changed", "d", "pool"],
    ["params.removed", "city", undefined],
  ]);
});

it("nothing changed is no word", () => {
  expect(wordsOf({ fields: [], tasks: NONE, groups: NONE, params: NONE }, String)).toEqual([]);
});
