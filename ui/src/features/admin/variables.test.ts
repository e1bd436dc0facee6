import { describe, expect, it } from "vitest";

import { exportedVariables, importedVariables } from "./variables";

describe("a file of variables", () => {
  it("has values as they are, JSON as JSON, and leaves hidden ones out", () => {
    const text = exportedVariables([
      { key: "shop", value: "Mapo" },
      { key: "limits", value: '{"a": 1}' },
      { key: "number", value: "12" },
      { key: "password", value: "***" },
      { key: "service", value: '{"host": "x", "token": "***"}' },
    ]);
    expect(JSON.parse(text)).toEqual({ shop: "Mapo", limits: { a: 1 }, number: "12" });
  });

  it("is read back", () => {
    expect(importedVariables('{"a": "b", "c": [1]}')).toEqual([
      { key: "a", value: "b" },
      { key: "c", value: [1] },
    ]);
  });

  it.each([
    ["[1]", "one JSON object"],
    ['"text"', "one JSON object"],
    ["null", "one JSON object"],
    ["{", "JSON"],
  ])("that is none is refused: %s", (text, words) => {
    expect(() => importedVariables(text)).toThrow(words);
  });
});
