import { ActionIcon, Group, Text } from "@mantine/core";
import { IconZoomIn, IconZoomOut, IconZoomReset } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Window } from "./useWindow";

/** What the looks of the bars mean, and the buttons to look closer. */
export function Legend({ view }: { view: Window }) {
  const { t } = useTranslation("gantt");
  return (
    <Group justify="space-between">
      <Group gap="md">
        {(["waiting", "startup", "running"] as const).map((phase) => (
          <Group key={phase} gap={6}>
            <span className="gantt-sample" data-phase={phase} aria-hidden />
            <Text size="sm">{t(`phase.${phase}`)}</Text>
          </Group>
        ))}
        <Group gap={6}>
          <span className="gantt-sample" data-phase="critical" aria-hidden />
          <Text size="sm">{t("critical")}</Text>
        </Group>
      </Group>
      <Group gap={4}>
        <ActionIcon variant="default" onClick={() => view.zoom(0.6)} aria-label={t("nearer")}>
          <IconZoomIn size={16} />
        </ActionIcon>
        <ActionIcon variant="default" onClick={() => view.zoom(1.6)} aria-label={t("farther")}>
          <IconZoomOut size={16} />
        </ActionIcon>
        <ActionIcon
          variant="default"
          onClick={view.reset}
          disabled={view.isWhole}
          aria-label={t("whole")}
        >
          <IconZoomReset size={16} />
        </ActionIcon>
      </Group>
    </Group>
  );
}
