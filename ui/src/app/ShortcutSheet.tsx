/** The keys that there are. */

import { Group, Kbd, Modal, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** What the sheet shows: keys, and a key of `keys` or of the namespace `frame`. */
const SHEET = [
  {
    name: "general",
    keys: [
      [["Ctrl", "K"], "palette"],
      [["?"], "sheet"],
      [["g", "h"], "goHome"],
      [["g", "d"], "goDags"],
      [["g", "r"], "goRuns"],
      [["g", "i"], "goInstances"],
      [["/"], "search"],
      [["Shift", "D"], "theme"],
      [["Esc"], "close"],
    ],
  },
  {
    name: "dag",
    keys: [
      [["1", "…", "9"], "tabByNumber"],
      [["[", "]"], "tabBeside"],
      [["←", "↑", "→", "↓"], "gridMove"],
      [["Home", "End"], "gridEnds"],
      [["Enter"], "gridOpen"],
      [["Space"], "gridFold"],
    ],
  },
  {
    name: "log",
    keys: [
      [["/"], "logSearch"],
      [["n"], "logNext"],
      [["Shift", "N"], "logFormer"],
      [["e"], "logError"],
      [["f"], "logFollow"],
      [["g"], "logTop"],
      [["Shift", "G"], "logBottom"],
    ],
  },
] as const;

export default function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("keys.title")}
      closeButtonProps={{ "aria-label": t("action.close") }}
      centered
    >
      <Stack>
        {SHEET.map((part) => (
          <section key={part.name}>
            <Title order={3} size="h6" mb="xs">
              {t(`keys.${part.name}`)}
            </Title>
            <Stack gap={6}>
              {part.keys.map(([keys, words]) => (
                <Group key={words} justify="space-between">
                  <Text size="sm">{t(`keys.${words}`)}</Text>
                  <Group gap={4}>
                    {keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </Group>
                </Group>
              ))}
            </Stack>
          </section>
        ))}
      </Stack>
    </Modal>
  );
}
