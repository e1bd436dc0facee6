import { Button, Group, Loader, Text } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Pages } from "../../api/pages";

/** Up to here totals are counted; from there on they mean "at least". */
const TOTAL_MAX = 10_000;

interface ListFooterProps {
  pages: Pages<unknown>;
  /** Of all parts, as far as it is known. */
  total: number | null | undefined;
}

/** How many rows are there, and how many there are in all. */
export function ListFooter({ pages, total }: ListFooterProps) {
  const { t, i18n } = useTranslation(["tables", "common"]);
  const shown = pages.rows?.length ?? 0;
  const number = (count: number) => count.toLocaleString(i18n.language);
  const all = total === null || total === undefined ? null : Math.max(total, shown);
  return (
    <Group justify="space-between" gap="xs" mih={30}>
      <Text size="sm" c="dimmed" role="status">
        {all === null || all === shown
          ? t("common:table.count", { count: shown })
          : t(total === TOTAL_MAX ? "footer.ofAtLeast" : "footer.of", {
              shown: number(shown),
              total: number(all),
            })}
      </Text>
      <Group gap="xs">
        {pages.isLoadingMore && <Loader size="xs" />}
        {pages.isStill && (
          <>
            <Text size="sm" c="dimmed">
              {t("footer.still")}
            </Text>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconRefresh size={14} aria-hidden />}
              onClick={pages.refresh}
            >
              {t("common:action.refresh")}
            </Button>
          </>
        )}
      </Group>
    </Group>
  );
}
