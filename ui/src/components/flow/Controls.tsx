import { ActionIcon, Tooltip } from "@mantine/core";
import { IconFocusCentered, IconMinus, IconPlus } from "@tabler/icons-react";
import { Panel, useReactFlow } from "@xyflow/react";
import { useTranslation } from "react-i18next";

/** Nearer, further, everything. */
export function Controls({ onFit }: { onFit: () => void }) {
  const { t } = useTranslation("flow");
  const flow = useReactFlow();
  const buttons = [
    { label: t("zoomIn"), Shape: IconPlus, act: () => void flow.zoomIn() },
    { label: t("zoomOut"), Shape: IconMinus, act: () => void flow.zoomOut() },
    { label: t("fit"), Shape: IconFocusCentered, act: onFit },
  ];
  return (
    <Panel position="bottom-left">
      <ActionIcon.Group orientation="vertical">
        {buttons.map(({ label, Shape, act }) => (
          <Tooltip key={label} label={label} position="right">
            <ActionIcon variant="default" size="lg" aria-label={label} onClick={act}>
              <Shape size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
        ))}
      </ActionIcon.Group>
    </Panel>
  );
}
