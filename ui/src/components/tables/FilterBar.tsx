import { Box, Button, Collapse, Group } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconFilter, IconFilterOff } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface FilterBarProps {
  /** How many are set. */
  count: number;
  onClear: () => void;
  children: ReactNode;
}

const GRID = {
  display: "grid",
  gridTemplateColumns: "repeat(auto-fill, minmax(9.4rem, 1fr))",
  gap: 10,
};

/** Filters of a list in a row; on narrow screens behind a button. */
export function FilterBar({ count, onClear, children }: FilterBarProps) {
  const { t } = useTranslation(["tables", "common"]);
  const isNarrow = useMediaQuery("(max-width: 48em)") ?? false;
  const [isOpen, { toggle }] = useDisclosure(false);
  const clear = count > 0 && (
    <Button
      variant="subtle"
      size="xs"
      leftSection={<IconFilterOff size={14} aria-hidden />}
      onClick={onClear}
    >
      {t("common:action.clearFilters")}
    </Button>
  );
  const fields = <Box style={GRID}>{children}</Box>;
  if (!isNarrow) {
    return (
      <section aria-label={t("filter.label")}>
        {fields}
        {clear && (
          <Group mt={4} justify="flex-end">
            {clear}
          </Group>
        )}
      </section>
    );
  }
  return (
    <section aria-label={t("filter.label")}>
      <Group gap="xs" mb={isOpen ? "xs" : 0}>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconFilter size={14} aria-hidden />}
          aria-expanded={isOpen}
          onClick={toggle}
        >
          {count > 0 ? t("filter.some", { count }) : t("filter.label")}
        </Button>
        {clear}
      </Group>
      <Collapse expanded={isOpen}>{fields}</Collapse>
    </section>
  );
}
