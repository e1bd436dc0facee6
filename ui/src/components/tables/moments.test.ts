import { expect, it } from "vitest";

import { fromField, moment, toField } from "./moments";

it.each([
  ["Asia/Seoul", "2026-03-02T09:00", "2026-03-02T00:00:00.000Z"],
  ["UTC", "2026-03-02T09:00", "2026-03-02T09:00:00.000Z"],
  ["Europe/Berlin", "2026-07-01T12:30", "2026-07-01T10:30:00.000Z"],
  ["America/New_York", "2026-11-01T12:00", "2026-11-01T17:00:00.000Z"],
])("in %s, %s is %s, and back", (zone, field, iso) => {
  expect(fromField(field, zone)).toBe(iso);
  expect(toField(iso, zone)).toBe(field);
});

it("takes nothing and nonsense for no moment", () => {
  expect(fromField("", "UTC")).toBeUndefined();
  expect(fromField("soon", "UTC")).toBeUndefined();
  expect(toField(undefined, "UTC")).toBe("");
  expect(toField("soon", "UTC")).toBe("");
  expect(moment("soon")).toBeUndefined();
});
