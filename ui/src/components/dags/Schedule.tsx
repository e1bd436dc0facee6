/** When a DAG runs, in words; as its author wrote it on hover. */

import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

import { Hint } from "../Hint";
import "./dags.css";
import { readCron, scheduleSource, spanInWords, spanOf, type Timetable } from "../../lib/timetable";

type CronWords = (fields: string) => string;

interface ScheduleProps {
  /** As the author wrote it. */
  text: string;
  timetable: Timetable;
  size?: "xs" | "sm";
}

export function Schedule({ text, timetable, size = "sm" }: ScheduleProps) {
  const words = useScheduleWords()(timetable);
  const source = scheduleSource(text, timetable);
  return (
    <Hint label={source}>
      <span className="schedule" data-size={size} data-never={timetable.type === "never"}>
        {words}
      </span>
    </Hint>
  );
}

/** The words for crons are loaded when the first of them is shown; until then it stays a cron. */
function useScheduleWords(): (timetable: Timetable) => string {
  const { t, i18n } = useTranslation("dags");
  const { language } = i18n;
  const { data: cronWords } = useQuery({
    queryKey: ["words for crons", language],
    queryFn: async () => loadCronWords(language),
    staleTime: Infinity,
    gcTime: Infinity,
  });
  return (timetable) => scheduleWords(timetable, { t, language, cronWords });
}

async function loadCronWords(language: string): Promise<CronWords> {
  const { default: cronstrue } = await import("cronstrue");
  if (language === "ko") await import("cronstrue/locales/ko");
  return (fields) => cronstrue.toString(fields, { locale: language, use24HourTimeFormat: true });
}

interface Words {
  t: TFunction<"dags">;
  language: string;
  cronWords: CronWords | undefined;
}

export function scheduleWords(timetable: Timetable, words: Words): string {
  const { t, language } = words;
  switch (timetable.type) {
    case "never":
    case "once":
    case "continuous":
      return t(`schedule.${timetable.type}`);
    case "cron_interval":
      return cron(timetable.expression, words);
    case "cron_trigger":
      return timetable.expressions.map((one) => cron(one, words)).join(t("schedule.or"));
    case "delta_interval":
    case "delta_trigger":
      return delta(spanOf(timetable.step), t, language);
    case "events":
      return (
        timetable.description || t("schedule.events", { count: timetable.moments?.length ?? 0 })
      );
    case "assets":
      return timetable.description || t("schedule.assets");
    case "assets_or_time":
      return t("schedule.assetsOrTime", { words: scheduleWords(timetable.timetable, words) });
    case "custom":
      return timetable.description || (timetable.classpath.split(".").at(-1) ?? "");
  }
}

function cron(expression: string, { t, cronWords }: Words): string {
  const read = readCron(expression);
  switch (read.kind) {
    case "minutely":
      return t("schedule.minutely");
    case "hourly":
      return read.minute === 0
        ? t("schedule.onTheHour")
        : t("schedule.hourly", { minute: String(read.minute).padStart(2, "0") });
    case "daily":
      return t("schedule.daily", { at: read.at });
    case "other":
      return otherCron(expression, read.fields, cronWords);
  }
}

/** What the library does not understand stays as it is. */
function otherCron(expression: string, fields: string, cronWords: CronWords | undefined): string {
  try {
    return cronWords?.(fields) ?? expression;
  } catch {
    return expression;
  }
}

function delta(span: ReturnType<typeof spanOf>, t: TFunction<"dags">, language: string): string {
  const [first, ...others] = span;
  if (first && first[1] === 1 && others.length === 0) return t(`schedule.every1.${first[0]}`);
  return t("schedule.every", { span: spanInWords(span, language) });
}
