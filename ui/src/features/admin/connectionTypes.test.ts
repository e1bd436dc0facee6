import { expect, it } from "vitest";

import { extraFault, fieldsOf } from "./connectionTypes";

it("asks for what a type uses, and for everything of a type that it does not know", () => {
  expect(fieldsOf("sqlite")).toEqual(["host"]);
  expect(fieldsOf("a_provider_of_yours")).toContain("schema");
});

it.each([
  ["", null],
  ["***", null],
  ['{"a": 1}', null],
  ["[1]", "notObject"],
  ["{", "notJson"],
])("says what is wrong with the extra %s: %s", (text, fault) => {
  expect(extraFault(text)).toBe(fault);
});
