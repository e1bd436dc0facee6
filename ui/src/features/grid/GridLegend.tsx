import { Group, Text, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { StateIcon } from "../../components/State";
import { TASK_STATES, type State } from "../../lib/states";

interface LegendProps {
  counts: ReadonlyMap<State, number>;
  picked: State | null;
  onPick: (state: State | null) => void;
}

/** What the squares mean; picking a state dims the others. */
export function GridLegend({ counts, picked, onPick }: LegendProps) {
  const { t } = useTranslation(["grid", "common"]);
  const there = TASK_STATES.filter((state) => counts.has(state) || state === picked);
  return (
    <Group gap={4} role="group" aria-label={t("legend")}>
      {there.map((state) => (
        <UnstyledButton
          key={state}
          className="grid-legend"
          aria-pressed={picked === state}
          onClick={() => onPick(picked === state ? null : state)}
        >
          <StateIcon state={state} size={14} />
          <Text span size="xs">
            {t(`common:state.${state}`)} {counts.get(state) ?? 0}
          </Text>
        </UnstyledButton>
      ))}
    </Group>
  );
}
