import { describe, expect, it } from "vitest";

import { choicesOf, fieldOf, kindOf, sectionsOf, type Schema } from "./fields";

const param = (schema: Schema, value: unknown = null) => ({ schema, value, description: null });

describe("the kind of a field", () => {
  it.each<[Schema, unknown, string]>([
    [{ type: "string" }, "a", "text"],
    [{ type: ["string", "null"], format: "multiline" }, null, "multiline"],
    [{ type: "integer" }, 1, "integer"],
    [{ type: ["null", "number"] }, null, "number"],
    [{ type: "boolean" }, true, "boolean"],
    [{ type: "string", format: "date" }, "2026-01-01", "date"],
    [{ type: "string", format: "date-time" }, null, "date-time"],
    [{ type: "string", format: "time" }, null, "time"],
    [{ enum: [1, 2] }, 1, "choice"],
    [{ type: "string", examples: ["a"] }, "b", "suggest"],
    [{ type: "array", examples: ["a"] }, [], "choices"],
    [{ type: "array", items: { enum: [1, 2] } }, [1], "choices"],
    [{ type: "array" }, ["a"], "lines"],
    [{ type: "array", items: { type: "string" } }, null, "lines"],
    [{ type: "array" }, [1], "json"],
    [{ type: "array", items: { type: "number" } }, [1], "json"],
    [{ type: ["object", "null"] }, null, "json"],
    [{}, 3, "number"],
    [{}, false, "boolean"],
    [{}, { a: 1 }, "json"],
    [{}, null, "text"],
  ])("of %j with %j is %s", (schema, value, kind) => {
    expect(kindOf(schema, value)).toBe(kind);
  });
});

it("a param without value whose type allows no null has to be given", () => {
  const field = fieldOf("a", param({ type: "string" }));
  expect([field.isRequired, field.initial]).toEqual([true, undefined]);
  const free = fieldOf("a", param({ type: ["string", "null"] }));
  expect([free.isRequired, free.initial]).toEqual([false, null]);
});

it("a value that the server hides is neither shown nor asked for", () => {
  const text = fieldOf("api_password", param({ type: "string" }, "***"));
  expect([text.isSecret, text.isRequired, text.initial]).toEqual([true, false, undefined]);
  const nested = fieldOf("target", param({ type: "object" }, { user: "a", password: "***" }));
  expect([nested.isSecret, nested.initial]).toEqual([true, undefined]);
});

it("fields without a section come first, and those of one value are not shown", () => {
  const fields = [
    fieldOf("b", param({ section: "S" }, "x")),
    fieldOf("a", param({}, "x")),
    fieldOf("c", param({ const: 1 }, 1)),
  ];
  const names = sectionsOf(fields).map(([section, inside]) => [section, inside.map((f) => f.name)]);
  expect(names).toEqual([
    [null, ["a"]],
    ["S", ["b"]],
  ]);
});

it("choices carry the DAG's words for them, and what is chosen beyond the examples", () => {
  const schema = { type: "array", examples: ["x"], values_display: { x: "엑스" } };
  expect(choicesOf(schema, ["x", "own"]).map((choice) => choice.label)).toEqual(["엑스", "own"]);
});
