import {
  Checkbox,
  Group,
  NumberInput,
  Radio,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
} from "@mantine/core";
import { useTranslation } from "react-i18next";

import { MomentFilter } from "../../components/tables/MomentFilter";
import { useZone } from "../../lib/zone";
import { RUNS_AT_ONCE_MAX, type Draft, type Wrong } from "./plan";

interface BackfillFieldsProps {
  draft: Draft;
  wrong: Wrong | null;
  onChange: (change: Partial<Draft>) => void;
}

const REPROCESS = ["none", "failed", "completed"] as const;
const MONO = { input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } };

export function BackfillFields({ draft, wrong, onChange }: BackfillFieldsProps) {
  const { t } = useTranslation("backfills");
  const { zone } = useZone();
  return (
    <Stack gap="md">
      <div>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <MomentFilter
            label={t("form.from")}
            value={draft.from}
            onChange={(from) => onChange({ from })}
          />
          <MomentFilter
            label={t("form.until")}
            value={draft.until}
            onChange={(until) => onChange({ until })}
          />
        </SimpleGrid>
        <Text size="xs" c={wrong === "order" ? "var(--mantine-color-error)" : "dimmed"} mt={4}>
          {wrong === "order" ? t("wrong.order") : t("form.rangeWords", { zone })}
        </Text>
      </div>
      <Radio.Group
        label={t("form.reprocess")}
        value={draft.reprocess}
        onChange={(value) => onChange({ reprocess: value as Draft["reprocess"] })}
      >
        <Stack gap={6} mt={4}>
          {REPROCESS.map((value) => (
            <Radio key={value} value={value} label={t(`reprocess.${value}`)} />
          ))}
        </Stack>
      </Radio.Group>
      <Group align="flex-start" gap="lg">
        <NumberInput
          label={t("form.runsAtOnce")}
          value={draft.runsAtOnce}
          onChange={(runsAtOnce) => onChange({ runsAtOnce })}
          min={1}
          max={RUNS_AT_ONCE_MAX}
          allowDecimal={false}
          clampBehavior="none"
          error={wrong === "runsAtOnce" ? t("wrong.runsAtOnce", { max: RUNS_AT_ONCE_MAX }) : null}
          w={170}
        />
        <Stack gap="xs" pt={26}>
          <Checkbox
            label={t("form.backwards")}
            checked={draft.isBackwards}
            onChange={(event) => onChange({ isBackwards: event.currentTarget.checked })}
          />
          {draft.reprocess !== "none" && (
            <Checkbox
              label={t("form.latest")}
              checked={draft.isLatest}
              onChange={(event) => onChange({ isLatest: event.currentTarget.checked })}
            />
          )}
        </Stack>
      </Group>
      <Textarea
        label={t("form.conf")}
        description={t("form.confWords")}
        placeholder={'{"city": "Seoul"}'}
        error={wrong === "conf" ? t("wrong.conf") : null}
        autosize
        minRows={2}
        maxRows={10}
        spellCheck={false}
        styles={MONO}
        value={draft.conf}
        onChange={(event) => onChange({ conf: event.currentTarget.value })}
      />
    </Stack>
  );
}
