import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { bytes } from "../../../lib/bytes";
import { duration, secondsBetween } from "../../../lib/time";
import { useZone } from "../../../lib/zone";
import type { LogSummary } from "./log";
import type { LogStore } from "./store";

/** Under the lines: how many there are, and whether more will come. */
export function LogNote({ store, summary }: { store: LogStore; summary: LogSummary | null }) {
  const { t, i18n } = useTranslation("log");
  const { zone } = useZone();
  const number = (count: number) => count.toLocaleString(i18n.language);
  const shown = store.total !== store.linesTotal;
  const counts = shown
    ? t("note.some", {
        count: store.total,
        shown: number(store.total),
        all: number(store.linesTotal),
      })
    : t("note.lines", { count: store.total, shown: number(store.total) });
  const seconds = secondsBetween(summary?.first_at, summary?.last_at);
  const counted = summary
    ? Math.floor((summary.counted_bytes / Math.max(1, summary.size_bytes)) * 100)
    : 0;
  return (
    <div className="log-note">
      <span>{store.isExact ? counts : t("note.about", { counts })}</span>
      {store.sizeBytes > 0 && store.hasEnded && <span>{bytes(store.sizeBytes)}</span>}
      {seconds !== null && <span>{duration(seconds)}</span>}
      {summary && !summary.is_complete && <span>{t("note.counting", { percent: counted })}</span>}
      <span>{t(store.hasEnded ? "note.ended" : "note.live")}</span>
      <span>{t("note.zone", { zone })}</span>
      {store.problem && (
        <Text span inherit c="red" role="alert">
          {t("note.problem", { words: store.problem.message })}
        </Text>
      )}
    </div>
  );
}
