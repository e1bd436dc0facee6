import { describe, expect, it } from "vitest";

import { readCron, scheduleSource, spanInWords, spanOf } from "./timetable";

describe("a cron expression", () => {
  it.each([
    ["0 7 * * *", { kind: "daily", at: "07:00" }],
    ["@daily", { kind: "daily", at: "00:00" }],
    ["5 * * * *", { kind: "hourly", minute: 5 }],
    ["* * * * *", { kind: "minutely" }],
    ["30 6 * * * 0", { kind: "daily", at: "06:30" }],
    ["0 9 * * 1-5", { kind: "other", fields: "0 9 * * 1-5" }],
    ["@weekly", { kind: "other", fields: "0 0 * * 0" }],
  ])("%s", (expression, read) => {
    expect(readCron(expression)).toEqual(read);
  });

  it("with six fields has its seconds last here, and first for who puts it into words", () => {
    expect(readCron("1 2 3 4 5 10")).toEqual({ kind: "other", fields: "10 1 2 3 4 5" });
  });
});

describe("a span", () => {
  it.each([
    [{ seconds: 5_400 }, "1 hour 30 minutes", "1시간 30분"],
    [{ seconds: 604_800 }, "1 week", "1주"],
    [{ seconds: 950_400 }, "11 days", "11일"],
    [{ months: 1, days: 2 }, "1 month 2 days", "1개월 2일"],
    [{ seconds: 0.5 }, "0.5 seconds", "0.5초"],
  ])("of %j is in words", (step, english, korean) => {
    expect(spanInWords(spanOf(step), "en")).toBe(english);
    expect(spanInWords(spanOf(step), "ko")).toBe(korean);
  });
});

it("the source of a schedule names its zone, and all expressions", () => {
  const timetable = {
    type: "cron_trigger",
    expressions: ["0 7 * * *", "0 19 * * *"],
    timezone: "Asia/Seoul",
  } as const;
  expect(scheduleSource("x", timetable)).toBe("0 7 * * * | 0 19 * * * (Asia/Seoul)");
  expect(scheduleSource("", { type: "never" })).toBe("");
});
