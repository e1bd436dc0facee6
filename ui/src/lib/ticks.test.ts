import { describe, expect, it } from "vitest";

import { ticks } from "./ticks";
import { dateTime } from "./time";

function walls(from: string, until: string, zone: string, count: number): string[] {
  const found = ticks(Date.parse(from), Date.parse(until), zone, count);
  return found.at.map((at) => dateTime(at, zone).slice(5, 16));
}

describe("marks on an axis", () => {
  it("stand at round hours of the zone", () => {
    expect(walls("2026-03-01T22:10:00Z", "2026-03-02T04:10:00Z", "Asia/Kolkata", 6)).toEqual([
      "03-02 04:00",
      "03-02 05:00",
      "03-02 06:00",
      "03-02 07:00",
      "03-02 08:00",
      "03-02 09:00",
    ]);
  });

  it("stand at midnight on both sides of a change of clocks", () => {
    expect(walls("2026-03-27T12:00:00Z", "2026-03-31T12:00:00Z", "Europe/Berlin", 4)).toEqual([
      "03-28 00:00",
      "03-29 00:00",
      "03-30 00:00",
      "03-31 00:00",
    ]);
    expect(walls("2026-10-31T12:00:00Z", "2026-11-03T12:00:00Z", "America/New_York", 3)).toEqual([
      "11-01 00:00",
      "11-02 00:00",
      "11-03 00:00",
    ]);
  });

  it("go on after an hour that is skipped", () => {
    const found = walls("2026-03-28T23:30:00Z", "2026-03-29T03:30:00Z", "Europe/Berlin", 4);
    expect(found).toEqual(["03-29 01:00", "03-29 03:00", "03-29 04:00", "03-29 05:00"]);
  });

  it("are a few for any length", () => {
    for (const length of [7, 900, 61_000, 3.6e6, 1e9, 2e11]) {
      const found = ticks(1_000, 1_000 + length, "Asia/Seoul", 8).at.length;
      expect(found).toBeGreaterThan(1);
      expect(found).toBeLessThan(10);
    }
  });
});
