import { Box, Code, Group, Modal, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Copy } from "../Copy";
import type { Command } from "./commands";

interface CommandLinesProps {
  commands: readonly Command[];
  onClose: () => void;
}

/** What to type in a terminal, ready to be copied. */
export function CommandLines({ commands, onClose }: CommandLinesProps) {
  const { t } = useTranslation(["actions", "common"]);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("command.title")}
      size="xl"
      closeButtonProps={{ "aria-label": t("common:action.close") }}
      centered
    >
      <Stack>
        <Text size="sm" c="dimmed">
          {t("command.hint")}
        </Text>
        {commands.map(({ id, line }) => (
          <Box key={id}>
            <Text size="sm" mb={4}>
              {t(`command.${id}`)}
            </Text>
            <Group gap="xs" wrap="nowrap" align="flex-start">
              <Code block className="wrapped" flex={1}>
                {line}
              </Code>
              <Copy text={line} label={t("command.copy", { what: t(`command.${id}`) })} />
            </Group>
          </Box>
        ))}
      </Stack>
    </Modal>
  );
}
