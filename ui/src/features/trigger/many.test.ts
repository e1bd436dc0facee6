import { expect, it } from "vitest";

import { readConfs, readMoment, readMoments } from "./many";

it("dates are read by the clock of the zone, unless they bring an offset", () => {
  expect(readMoment("2026-03-02", "Asia/Seoul")).toBe("2026-03-01T15:00:00.000Z");
  expect(readMoment("2026-03-02 09:30", "Asia/Seoul")).toBe("2026-03-02T00:30:00.000Z");
  expect(readMoment("2026-03-02T09:30:00Z", "Asia/Seoul")).toBe("2026-03-02T09:30:00.000Z");
  expect(readMoment("2026-13-02", "Asia/Seoul")).toBeNull();
  expect(readMoment("tomorrow", "Asia/Seoul")).toBeNull();
});

it("lines that are no date, or a date that was there already, are named", () => {
  const read = readMoments("2026-03-02\n\nnonsense\n2026-03-02\n2026-03-03", "UTC");
  expect(read.found.map((line) => line.value)).toEqual([
    "2026-03-02T00:00:00.000Z",
    "2026-03-03T00:00:00.000Z",
  ]);
  expect(read.wrong).toEqual([3, 4]);
});

it("each line of JSON is laid over the form", () => {
  const read = readConfs('{"a":2}\n[1]\n{}', { a: 1, b: 1 });
  expect(read.found.map((line) => line.value)).toEqual([
    { a: 2, b: 1 },
    { a: 1, b: 1 },
  ]);
  expect(read.wrong).toEqual([2]);
});
