import { ActionIcon, Button, Kbd } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { openPalette } from "./palette";

export function PaletteButton() {
  const { t } = useTranslation();
  const label = t("palette.open");
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        visibleFrom="sm"
        leftSection={<IconSearch size={14} aria-hidden />}
        rightSection={<Kbd size="xs">Ctrl K</Kbd>}
        onClick={openPalette}
      >
        {t("action.search")}
      </Button>
      <ActionIcon
        variant="subtle"
        color="gray"
        hiddenFrom="sm"
        onClick={openPalette}
        aria-label={label}
      >
        <IconSearch size={18} />
      </ActionIcon>
    </>
  );
}
