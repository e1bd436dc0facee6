/** Keys that work on every page, and the sheet that names them all. */

import { Group, Kbd, Modal, Stack, Text, Title, useMantineColorScheme } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { spotlight } from "@mantine/spotlight";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

const GO = { h: "/", d: "/dags", r: "/browse/runs", i: "/browse/task-instances" } as const;
const SECOND_KEY_MS = 1_200;

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
] as const;

export function Shortcuts() {
  const [isOpen, sheet] = useDisclosure(false);
  const { toggleColorScheme } = useMantineColorScheme();
  useGoKeys();
  useHotkeys([
    ["mod+K", () => spotlight.open()],
    ["shift+?", sheet.open],
    ["shift+D", toggleColorScheme],
    ["/", focusSearch],
  ]);
  return <Sheet isOpen={isOpen} onClose={sheet.close} />;
}

/** Puts the cursor into the page's own search field, if it has one. */
function focusSearch(): void {
  document.querySelector<HTMLInputElement>("main input[type=search]")?.focus();
}

/** `g`, then a letter. */
function useGoKeys(): void {
  const navigate = useNavigate();
  const begun = useRef(0);
  useEffect(() => {
    const take = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement | null;
      if (target?.closest("input, textarea, select, [contenteditable=true]")) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "g") {
        begun.current = event.timeStamp;
        return;
      }
      const to = GO[event.key as keyof typeof GO];
      if (to && event.timeStamp - begun.current < SECOND_KEY_MS) void navigate({ to });
      begun.current = 0;
    };
    window.addEventListener("keydown", take);
    return () => window.removeEventListener("keydown", take);
  }, [navigate]);
}

function Sheet({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={isOpen} onClose={onClose} title={t("keys.title")} centered>
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
