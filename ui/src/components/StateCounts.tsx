import { Group, Text, Tooltip, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { State } from "../lib/states";
import { StateIcon } from "./State";

interface StateCountsProps {
  counts: Iterable<readonly [State, number]>;
  /** The states are named beside their numbers, not only in the tooltip. */
  isNamed?: boolean;
}

/** How many are in which state: icon, number and, where there is room, the word. */
export function StateCounts({ counts, isNamed = false }: StateCountsProps) {
  const { t, i18n } = useTranslation();
  return (
    <Group gap={isNamed ? "md" : "xs"} component="span" display="inline-flex">
      {[...counts].map(([state, count]) => {
        const word = t(`state.${state}`);
        return (
          <Tooltip key={state} label={word} disabled={isNamed}>
            <Group gap={4} wrap="nowrap" component="span" display="inline-flex" data-state={state}>
              <StateIcon state={state} size={14} />
              <Text span size="sm" className="time">
                {count.toLocaleString(i18n.language)}
              </Text>
              {isNamed ? (
                <Text span size="sm">
                  {word}
                </Text>
              ) : (
                <VisuallyHidden>{word}</VisuallyHidden>
              )}
            </Group>
          </Tooltip>
        );
      })}
    </Group>
  );
}
