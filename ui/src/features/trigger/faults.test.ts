import { expect, it } from "vitest";

import { faultOf, isSame } from "./faults";
import type { Schema } from "./fields";

it.each<[Schema, unknown, string | null]>([
  [{}, "anything", null],
  [{ type: "string" }, 1, "type"],
  [{ type: ["integer", "null"] }, null, null],
  [{ type: "integer" }, 1.5, "type"],
  [{ type: "integer" }, 2, null],
  [{ type: "object" }, [], "type"],
  [{ enum: ["a", { b: 1 }] }, { b: 1 }, null],
  [{ enum: ["a"] }, "b", "enum"],
  [{ const: 1 }, 2, "const"],
  [{ minLength: 2 }, "김", "minLength"],
  [{ maxLength: 1 }, "😀", null],
  [{ maxLength: 1 }, "ab", "maxLength"],
  [{ pattern: "^[a-z]+$" }, "A", "pattern"],
  [{ pattern: "(?P<python>a)" }, "b", null],
  [{ minimum: 1 }, 0, "minimum"],
  [{ maximum: 1 }, 2, "maximum"],
  [{ exclusiveMinimum: 1 }, 1, "exclusiveMinimum"],
  [{ exclusiveMaximum: 1 }, 1, "exclusiveMaximum"],
  [{ multipleOf: 0.1 }, 0.3, null],
  [{ multipleOf: 2 }, 3, "multipleOf"],
  [{ minItems: 1 }, [], "minItems"],
  [{ maxItems: 1 }, [1, 2], "maxItems"],
  [{ uniqueItems: true }, [1, 1], "uniqueItems"],
  [{ items: { type: "number" } }, [1, "b"], "item"],
  [{ required: ["a"] }, {}, "missing"],
  [{ properties: { a: { type: "string" } } }, { a: 1 }, "property"],
  [{ format: "date" }, "2026-02-30", "format.date"],
  [{ format: "date" }, "2026-02-28", null],
  [{ format: "date-time" }, "2026-02-28T10:00:00", "format.date-time"],
  [{ format: "date-time" }, "2026-02-28T10:00:00+09:00", null],
  [{ format: "time" }, "25:00:00", "format.time"],
  [{ format: "email" }, "nobody", "format.email"],
  [{ format: "uri-of-tomorrow" }, "x", null],
])("schema %j says of %j: %s", (schema, value, key) => {
  expect(faultOf(value, schema)?.key ?? null).toBe(key);
});

it("objects are the same whatever the order of their keys", () => {
  expect(isSame({ a: 1, b: [{ c: 1, d: 2 }] }, { b: [{ d: 2, c: 1 }], a: 1 })).toBe(true);
  expect(isSame([1, 2], [2, 1])).toBe(false);
});
