import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { StateLabel } from "../../components/State";
import type { View } from "./cells";

/** What the looks of the cells mean. */
export function Legend({ view }: { view: View }) {
  const { t } = useTranslation("calendar");
  return (
    <Group gap="md">
      {view === "state" &&
        (["success", "failed", "running", "queued"] as const).map((state) => (
          <StateLabel key={state} state={state} />
        ))}
      {view === "failed" && (
        <Group gap={6}>
          <Text size="sm">0 %</Text>
          <span className="calendar-scale" aria-hidden />
          <Text size="sm">{t("allFailed")}</Text>
        </Group>
      )}
      <Sample kind="planned" words={t("legend.planned")} />
      <Sample isChange words={t("legend.change")} />
      <Sample isToday words={t("today")} />
    </Group>
  );
}

function Sample(props: { kind?: string; isChange?: boolean; isToday?: boolean; words: string }) {
  return (
    <Group gap={6}>
      <span
        className="calendar-cell"
        data-kind={props.kind ?? "none"}
        data-change={props.isChange ?? false}
        data-today={props.isToday ?? false}
        aria-hidden
      />
      <Text size="sm">{props.words}</Text>
    </Group>
  );
}
