import { Chip, Fieldset, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Reach } from "./dryRun";

const DIRECTIONS = ["isUpstream", "isDownstream", "isPast", "isFuture"] as const;

interface ReachOptionsProps<T extends Reach> {
  value: T;
  onChange: (value: T) => void;
  /** Instances of several runs: each run's past is another. */
  isWithinRun?: boolean;
}

/** How far around the chosen instances an action goes. */
export function ReachOptions<T extends Reach>(props: ReachOptionsProps<T>) {
  const { value, onChange, isWithinRun = false } = props;
  const { t } = useTranslation("actions");
  const shown = isWithinRun ? DIRECTIONS.slice(0, 2) : DIRECTIONS;
  return (
    <Fieldset legend={t("reach.legend")} variant="unstyled" p={0} m={0}>
      <Group gap="xs" mt={4}>
        {shown.map((direction) => (
          <Chip
            key={direction}
            checked={value[direction]}
            onChange={(isOn) => onChange({ ...value, [direction]: isOn })}
            size="sm"
          >
            {t(`reach.${direction}`)}
          </Chip>
        ))}
      </Group>
    </Fieldset>
  );
}
