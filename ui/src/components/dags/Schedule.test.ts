import cronstrue from "cronstrue";
import "cronstrue/locales/ko";
import i18next, { type TFunction } from "i18next";
import { beforeAll, describe, expect, it } from "vitest";

import english from "../../i18n/locales/en/dags.json";
import korean from "../../i18n/locales/ko/dags.json";
import type { Timetable } from "../../lib/timetable";
import { scheduleWords } from "./Schedule";

const i18n = i18next.createInstance();

beforeAll(async () => {
  await i18n.init({ ns: ["dags"], resources: { en: { dags: english }, ko: { dags: korean } } });
});

function words(timetable: Timetable, language: "en" | "ko"): string {
  return scheduleWords(timetable, {
    t: i18n.getFixedT(language, "dags") as TFunction<"dags">,
    language,
    cronWords: (fields) =>
      cronstrue.toString(fields, { locale: language, use24HourTimeFormat: true }),
  });
}

const cron = (expression: string): Timetable => ({ type: "cron_interval", expression });

describe("a schedule in words", () => {
  it.each<[Timetable, string, string]>([
    [{ type: "never" }, "When triggered", "트리거할 때만"],
    [cron("0 7 * * *"), "Every day at 07:00", "매일 07:00"],
    [cron("@hourly"), "Every hour", "매시 정각"],
    [cron("5 * * * *"), "Every hour at :05", "매시 05분"],
    [cron("0 9 * * 1-5"), "At 09:00, Monday through Friday", "09:00, 월요일부터 금요일까지"],
    [{ type: "delta_trigger", step: { seconds: 3_600 } }, "Every hour", "1시간마다"],
    [{ type: "delta_interval", step: { days: 2 } }, "Every 2 days", "2일마다"],
    [
      { type: "assets_or_time", timetable: cron("0 7 * * *") },
      "Every day at 07:00, and when its assets are updated",
      "매일 07:00, 그리고 애셋이 업데이트될 때",
    ],
    [
      { type: "custom", classpath: "plugins.workdays.AfterWorkday" },
      "AfterWorkday",
      "AfterWorkday",
    ],
  ])("%j", (timetable, inEnglish, inKorean) => {
    expect(words(timetable, "en")).toBe(inEnglish);
    expect(words(timetable, "ko")).toBe(inKorean);
  });

  it("that can't be put into words stays as it was written", () => {
    expect(words(cron("once upon a time"), "en")).toBe("once upon a time");
  });
});
