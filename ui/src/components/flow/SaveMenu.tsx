import { Button, Menu } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Picture } from "../../graph/svg";
import { notifyProblem } from "../notify";
import { pngBlob, saveAs, svgBlob } from "./save";

interface SaveMenuProps {
  /** Of the file, without its ending. */
  name: string;
  /** Called when somebody wants it; null while there is nothing to draw. */
  picture: () => Picture | null;
}

/** Saves the graph as a picture. */
export function SaveMenu({ name, picture }: SaveMenuProps) {
  const { t } = useTranslation("flow");
  const [isBusy, setBusy] = useState(false);
  const save = async (kind: "svg" | "png") => {
    const drawn = picture();
    if (!drawn) return;
    setBusy(true);
    try {
      const blob = kind === "svg" ? svgBlob(drawn) : await pngBlob(drawn);
      saveAs(`${name}.${kind}`, blob);
    } catch (error) {
      notifyProblem(t("saveFailed"), error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          loading={isBusy}
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {t("save")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void save("png")}>{t("savePng")}</Menu.Item>
        <Menu.Item onClick={() => void save("svg")}>{t("saveSvg")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
