import { ActionIcon, Button, Group, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

interface PagerProps {
  /** `2026` or `2026-03`. */
  period: string;
  onMove: (by: number) => void;
  onToday: () => void;
}

/** A year or a month, the one before and the one after. */
export function Pager({ period, onMove, onToday }: PagerProps) {
  const { t } = useTranslation("calendar");
  return (
    <Group gap="xs">
      <ActionIcon variant="default" onClick={() => onMove(-1)} aria-label={t("before")}>
        <IconChevronLeft size={16} />
      </ActionIcon>
      <Text fw={600} miw={70} ta="center" className="time" aria-live="polite">
        {period}
      </Text>
      <ActionIcon variant="default" onClick={() => onMove(1)} aria-label={t("after")}>
        <IconChevronRight size={16} />
      </ActionIcon>
      <Button variant="default" size="compact-sm" onClick={onToday}>
        {t("today")}
      </Button>
    </Group>
  );
}
