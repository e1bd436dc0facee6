import { describe, expect, it } from "vitest";

import { dateTime, duration, fromWallClock, offsetText, relative } from "./time";

describe("moments", () => {
  it("are shown in the zone that is asked for", () => {
    expect(dateTime("2026-03-01T15:00:00Z", "Asia/Seoul")).toBe("2026-03-02 00:00:00");
    expect(dateTime("2026-03-01T15:00:00Z", "UTC")).toBe("2026-03-01 15:00:00");
  });

  it("know the zone's offset on both sides of a change", () => {
    expect(offsetText("2026-03-28T12:00:00Z", "Europe/Berlin")).toBe("+01:00");
    expect(offsetText("2026-03-29T12:00:00Z", "Europe/Berlin")).toBe("+02:00");
    expect(offsetText("2026-01-01T00:00:00Z", "America/St_Johns")).toBe("-03:30");
  });

  it("are found from the wall clock of a zone", () => {
    expect(fromWallClock("2026-03-02 00:00:00", "Asia/Seoul")).toBe("2026-03-01T15:00:00.000Z");
    expect(fromWallClock("2026-07-01 08:00", "Europe/Berlin")).toBe("2026-07-01T06:00:00.000Z");
    expect(fromWallClock("soon", "UTC")).toBeNull();
  });

  it("are told relative to now", () => {
    const now = Date.parse("2026-03-02T00:00:00Z");
    expect(relative("2026-03-01T23:57:00Z", now, "en")).toBe("3 minutes ago");
    expect(relative("2026-03-02T02:00:00Z", now, "ko")).toBe("2시간 후");
  });
});

describe("spans", () => {
  it.each([
    [0.004, "4 ms"],
    [0.9996, "1.0 s"],
    [1.24, "1.2 s"],
    [59.96, "1 min"],
    [184, "3 min 4 s"],
    [7500, "2 h 5 min"],
    [270_000, "3 d 3 h"],
    [-5, "-5.0 s"],
    [null, ""],
  ])("of %s seconds are %s", (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });
});
