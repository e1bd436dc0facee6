import { Alert, List } from "@mantine/core";
import { IconClockEdit } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Change } from "./cells";

/** The days on which the zone's clocks are changed, in words. */
export function Changes({ changes, zone }: { changes: readonly Change[]; zone: string }) {
  const { t } = useTranslation("calendar");
  if (changes.length === 0) return null;
  return (
    <Alert icon={<IconClockEdit />} color="yellow" title={t("changes", { zone })}>
      <List size="sm">
        {changes.map((change) => (
          <List.Item key={change.at}>
            {change.date}:{" "}
            {t(change.minutes > 0 ? "forward" : "backward", { count: Math.abs(change.minutes) })}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
