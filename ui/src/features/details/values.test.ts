import { describe, expect, it } from "vitest";

import { constraintsOf, isoSeconds, safeAddress, valueText } from "./values";

const WORDS = { yes: "yes", no: "no", none: "-" };

describe("stretches of time", () => {
  it.each([
    ["PT7200S", 7200],
    ["P1DT2H3M4.5S", 93_784.5],
    ["P2W", 1_209_600],
    ["-PT5M", -300],
    ["tomorrow", null],
    [null, null],
  ])("%s is %s", (text, seconds) => {
    expect(isoSeconds(text)).toBe(seconds);
  });
});

describe("values of settings", () => {
  it.each([
    ["retries", 3, "3"],
    ["retry_delay", 300, "5 min"],
    ["retry_delay", 0, "0 ms"],
    ["depends_on_past", false, "no"],
    ["queue", "", "-"],
    ["executor", null, "-"],
    ["pool", "기본", "기본"],
    ["weight_rule", { kind: "own" }, '{"kind":"own"}'],
  ])("%s %j reads %s", (name, value, text) => {
    expect(valueText(name, value, WORDS)).toBe(text);
  });
});

describe("params", () => {
  it("say what they accept, and leave out what only forms need", () => {
    const schema = { type: ["string", "null"], enum: ["a", 1], title: "Town", minLength: 2 };
    expect(constraintsOf(schema)).toEqual([
      ["type", "string | null"],
      ["enum", "a | 1"],
      ["minLength", "2"],
    ]);
  });
});

it("an owner's link leads to pages and mail only", () => {
  expect(safeAddress("mailto:a@example.com")).toBe("mailto:a@example.com");
  expect(safeAddress("javascript:alert(1)")).toBeNull();
  expect(safeAddress(undefined)).toBeNull();
});
