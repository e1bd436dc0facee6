/** A large graph from very far: blocks of colour instead of nodes. */

import { Button, Group, Paper, Text } from "@mantine/core";
import { Panel, ViewportPortal } from "@xyflow/react";
import { useTranslation } from "react-i18next";

import { Blocks, type BlocksProps } from "./Blocks";

export function Tiny({ layout, nodes, colourOf }: BlocksProps) {
  return (
    <ViewportPortal>
      <svg
        className="flow-edges"
        width={Math.ceil(layout.width)}
        height={Math.ceil(layout.height)}
        aria-hidden
      >
        <Blocks layout={layout} nodes={nodes} colourOf={colourOf} />
      </svg>
    </ViewportPortal>
  );
}

/** Says why nothing can be read, and is the way in for who uses the keyboard. */
export function TinyHint({ onStart }: { onStart: () => void }) {
  const { t } = useTranslation("flow");
  return (
    <Panel position="top-center">
      <Paper withBorder px="sm" py={6}>
        <Group gap="sm">
          <Text size="sm">{t("tiny")}</Text>
          <Button size="xs" variant="light" onClick={onStart}>
            {t("toStart")}
          </Button>
        </Group>
      </Paper>
    </Panel>
  );
}
