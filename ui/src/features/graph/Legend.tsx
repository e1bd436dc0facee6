import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { StateCounts } from "../../components/StateCounts";
import type { EdgeKind } from "../../graph/types";
import type { Counts } from "./statuses";

interface LegendProps {
  /** Tasks of the run by state. */
  counts: Counts;
  /** The kinds of edges that are drawn. */
  kinds: readonly EdgeKind[];
}

/** How many tasks are in which state, and what the lines mean. */
export function Legend({ counts, kinds }: LegendProps) {
  const { t } = useTranslation("graph");
  return (
    <Group gap="lg" justify="space-between" align="flex-start">
      <StateCounts counts={counts} isNamed />
      {kinds.length > 1 && (
        <Group gap="md" role="list" aria-label={t("lines")}>
          {kinds.map((kind) => (
            <Group key={kind} gap={6} wrap="nowrap" role="listitem">
              <svg width="28" height="8" aria-hidden>
                <line x1="0" y1="4" x2="28" y2="4" className={`flow-sample ${kind}`} />
              </svg>
              <Text size="sm">{t(`line.${kind}`)}</Text>
            </Group>
          ))}
        </Group>
      )}
    </Group>
  );
}
