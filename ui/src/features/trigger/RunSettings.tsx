import { Checkbox, SegmentedControl, Stack, Textarea, TextInput } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { Lines } from "../../components/Query";
import { useZone } from "../../lib/zone";
import { runField } from "./conf";
import type { Count, Settings } from "./request";

const MomentPicker = lazy(async () => ({ default: (await import("./MomentInput")).MomentPicker }));

interface RunSettingsProps {
  settings: Settings;
  errors: Readonly<Record<string, string>>;
  /** The DAG is paused, and who asks may change that. */
  canUnpause: boolean;
  onChange: (change: Partial<Settings>) => void;
}

const COUNTS: readonly Count[] = ["one", "dates", "confs"];
const MONO = { input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } };

/** What belongs to the run rather than to its params. */
export function RunSettings(props: RunSettingsProps) {
  const { settings, errors, canUnpause, onChange } = props;
  const { t } = useTranslation("trigger");
  return (
    <Stack gap="md">
      <SegmentedControl
        aria-label={t("run.count")}
        fullWidth
        size="xs"
        data={COUNTS.map((count) => ({ value: count, label: t(`run.counts.${count}`) }))}
        value={settings.count}
        onChange={(count) => onChange({ count: count as Count })}
      />
      {settings.count === "one" ? <OneRun {...props} /> : <ManyRuns {...props} />}
      <Textarea
        label={t("run.note")}
        description={t("run.noteWords")}
        error={errors[runField("note")]}
        autosize
        minRows={2}
        maxRows={8}
        value={settings.note}
        onChange={(event) => onChange({ note: event.currentTarget.value })}
      />
      {canUnpause && (
        <Checkbox
          label={t("run.unpause")}
          description={t("run.unpauseWords")}
          checked={settings.isUnpaused}
          onChange={(event) => onChange({ isUnpaused: event.currentTarget.checked })}
        />
      )}
    </Stack>
  );
}

function OneRun({ settings, errors, onChange }: RunSettingsProps) {
  const { t } = useTranslation("trigger");
  const { zone } = useZone();
  return (
    <>
      <TextInput
        label={t("run.id")}
        description={t("run.idWords")}
        error={errors[runField("dag_run_id")]}
        value={settings.runId}
        onChange={(event) => onChange({ runId: event.currentTarget.value })}
      />
      <Suspense fallback={<Lines count={2} />}>
        <MomentPicker
          label={t("run.date")}
          description={t("run.dateWords", { zone })}
          error={errors[runField("logical_date")] ?? null}
          placeholder={t("run.now")}
          value={settings.date || null}
          onChange={(date) => onChange({ date: date ?? "" })}
        />
      </Suspense>
    </>
  );
}

function ManyRuns({ settings, errors, onChange }: RunSettingsProps) {
  const { t } = useTranslation("trigger");
  const { zone } = useZone();
  const isOfDates = settings.count === "dates";
  return (
    <Textarea
      label={t(isOfDates ? "run.dates" : "run.confs")}
      description={t(isOfDates ? "run.datesWords" : "run.confsWords", { zone })}
      placeholder={
        isOfDates ? "2026-03-01\n2026-03-02 09:00" : '{"city": "Seoul"}\n{"city": "Busan"}'
      }
      error={errors[runField("lines")]}
      autosize
      minRows={4}
      maxRows={16}
      spellCheck={false}
      styles={MONO}
      value={isOfDates ? settings.dates : settings.confs}
      onChange={(event) => onChange({ [isOfDates ? "dates" : "confs"]: event.currentTarget.value })}
    />
  );
}
