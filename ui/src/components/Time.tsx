import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useNow } from "../lib/now";
import { dateTime, duration, offsetText, relative, type Moment } from "../lib/time";
import { useZone } from "../lib/zone";
import { Hint } from "./Hint";

interface TimeProps {
  at: Moment | null | undefined;
  /** In words, such as "3 minutes ago", with the moment in the tooltip. */
  isRelative?: boolean;
}

/** A moment in the zone of the page; hovering or focusing it gives UTC too. */
export function Time({ at, isRelative = false }: TimeProps) {
  const { t, i18n } = useTranslation();
  const { zone } = useZone();
  const now = useNow(isRelative);
  if (at === null || at === undefined) return <Text span>{t("time.none")}</Text>;
  return (
    <Hint label={() => inFull(at, zone)}>
      <time dateTime={new Date(at).toISOString()} className="time">
        {isRelative ? relative(at, now, i18n.language) : dateTime(at, zone)}
      </time>
    </Hint>
  );
}

/** With its zone, and in UTC too. */
function inFull(at: Moment, zone: string): string {
  const exact = `${dateTime(at, zone)} ${zone} (${offsetText(at, zone)})`;
  return zone === "UTC" ? exact : `${exact}\n${dateTime(at, "UTC")} UTC`;
}

/** How long something took, or takes: without `until` it counts on. */
export function Duration({
  from,
  until,
}: {
  from: Moment | null | undefined;
  until?: Moment | null | undefined;
}) {
  const { t } = useTranslation();
  const runs = from !== null && from !== undefined && (until === null || until === undefined);
  const now = useNow(runs);
  if (from === null || from === undefined) return <span>{t("time.none")}</span>;
  const end = until ?? now;
  const seconds = Math.max(0, (new Date(end).getTime() - new Date(from).getTime()) / 1000);
  return <span className="time">{duration(seconds)}</span>;
}
