import { Button, Group, Paper, Text, Tooltip } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { MenuAction } from "./ActionMenu";

interface BulkBarProps {
  count: number;
  actions: readonly MenuAction[];
  onClear: () => void;
}

/** What can be done with the rows that are selected. */
export function BulkBar({ count, actions, onClear }: BulkBarProps) {
  const { t } = useTranslation(["actions", "common"]);
  if (count === 0) return null;
  return (
    <Paper withBorder p="xs" role="region" aria-label={t("bulk.label")} className="bulk-bar">
      <Group gap="xs">
        <Text size="sm" fw={600} role="status" mr="xs">
          {t("common:table.selected", { count })}
        </Text>
        {actions.map(({ id, label, icon: Shape, hindrance, isDangerous, onClick }) => (
          <Tooltip key={id} label={hindrance} disabled={!hindrance}>
            <Button
              size="xs"
              variant="default"
              c={isDangerous && !hindrance ? "red" : undefined}
              leftSection={<Shape size={14} aria-hidden />}
              disabled={Boolean(hindrance)}
              onClick={onClick}
            >
              {label}
            </Button>
          </Tooltip>
        ))}
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          leftSection={<IconX size={14} aria-hidden />}
          onClick={onClear}
        >
          {t("bulk.deselect")}
        </Button>
      </Group>
    </Paper>
  );
}
