import { Radio, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ActionDialog } from "./ActionDialog";
import { CodeChoice } from "./CodeChoice";
import { postClearRun, usePreview, type RunClearMode, type RunClearWish } from "./dryRun";
import { Preview } from "./Preview";
import type { RunRef } from "./refs";
import { useAction } from "./useAction";

const MODES = ["all", "failed", "new"] as const;

interface RunClearOptionsProps {
  wish: RunClearWish;
  onChange: (wish: RunClearWish) => void;
}

/** What of a run is run again, and with which code. */
export function RunClearOptions({ wish, onChange }: RunClearOptionsProps) {
  const { t } = useTranslation("actions");
  return (
    <Stack>
      <Radio.Group
        label={t("clearRun.what")}
        value={wish.mode}
        onChange={(mode) => onChange({ ...wish, mode: mode as RunClearMode })}
      >
        <Stack gap="xs" mt="xs">
          {MODES.map((mode) => (
            <Radio
              key={mode}
              value={mode}
              label={t(`clearRun.${mode}`)}
              description={t(`clearRun.${mode}Hint`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      <CodeChoice
        isLatest={wish.isLatestCode || wish.mode === "new"}
        isDisabled={wish.mode === "new"}
        onChange={(isLatestCode) => onChange({ ...wish, isLatestCode })}
      />
    </Stack>
  );
}

/** Runs a run again: all of it, what failed, or what its DAG has got since. */
export function ClearRun({ run, onClose }: { run: RunRef; onClose: () => void }) {
  const { t } = useTranslation("actions");
  const [wish, setWish] = useState<RunClearWish>({ mode: "all", isLatestCode: false });
  const preview = usePreview(["clearRun", run, wish], () => postClearRun(run, wish, true));
  const count = preview.data?.length ?? 0;
  const action = useAction({
    act: () => postClearRun(run, wish, false),
    runs: [run],
    done: () => t("clear.done", { count }),
    failed: t("clear.failed"),
    onDone: onClose,
  });
  return (
    <ActionDialog
      title={t("clear.title", { name: run.runId })}
      verb={t("clear.verb", { count })}
      isBusy={action.isPending}
      isIdle={preview.isFetching || count === 0}
      onConfirm={() => action.mutate()}
      onClose={onClose}
    >
      <RunClearOptions wish={wish} onChange={setWish} />
      <Preview query={preview} />
    </ActionDialog>
  );
}
