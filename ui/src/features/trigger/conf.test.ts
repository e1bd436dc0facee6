import { describe, expect, it } from "vitest";

import { confFaults, confOfAddress, initialConf, paramOf, readObject, withValue } from "./conf";
import { fieldsOf, type Schema } from "./fields";

const param = (schema: Schema, value: unknown = null) => ({ schema, value, description: null });
const FIELDS = fieldsOf({
  city: param({ type: "string" }, "seoul"),
  rows: param({ type: "integer", minimum: 1 }, 10),
  needed: param({ type: "string" }),
  tags: param({ type: "array" }, ["a"]),
  fixed: param({ const: 1 }, 1),
});

it("the form begins with the DAG's values, without what is hidden or has to be given", () => {
  expect(initialConf(FIELDS)).toEqual({ city: "seoul", rows: 10, tags: ["a"] });
});

it("what has to be given and what does not fit is named", () => {
  expect(confFaults(FIELDS, { city: "busan", rows: 0 })).toEqual({
    needed: { key: "required" },
    rows: { key: "minimum", values: { limit: 1 } },
  });
  expect(confFaults(FIELDS, { needed: "x" })).toEqual({});
});

describe("the address fills the form", () => {
  it("with a whole conf, as text or as value", () => {
    expect(confOfAddress({ conf: '{"city":"jeju"}' }, FIELDS)).toEqual({ city: "jeju" });
    expect(confOfAddress({ conf: { city: "jeju" } }, FIELDS)).toEqual({ city: "jeju" });
    expect(confOfAddress({ conf: "no json" }, FIELDS)).toEqual({});
  });

  it("with single params, each as it is meant", () => {
    expect(confOfAddress({ city: 5, rows: 5, tags: "b", fixed: 2, other: 1 }, FIELDS)).toEqual({
      city: "5",
      rows: 5,
      tags: ["b"],
    });
  });
});

it("errors of the server are put at their param", () => {
  expect(paramOf("conf['city']")).toBe("city");
  expect(paramOf(`conf["it's"]`)).toBe("it's");
  expect(paramOf("dag_run_id")).toBeNull();
});

it("only objects are a conf", () => {
  expect(readObject("[1]")).toBeNull();
  expect(readObject("{")).toBeNull();
  expect(readObject('{"a":1}')).toEqual({ a: 1 });
});

it("a value that is taken away is gone; a changed one keeps its place", () => {
  expect(withValue({ a: 1, b: 2 }, "a", undefined)).toEqual({ b: 2 });
  expect(Object.keys(withValue({ a: 1, b: 2 }, "a", 3))).toEqual(["a", "b"]);
});
