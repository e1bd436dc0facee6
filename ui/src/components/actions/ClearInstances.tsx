import { Checkbox, Group } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ActionDialog } from "./ActionDialog";
import { CodeChoice } from "./CodeChoice";
import { postClear, usePreview, type ClearWish, type TaskChoice } from "./dryRun";
import { Preview } from "./Preview";
import { ReachOptions } from "./ReachOptions";
import { instanceName } from "./refs";
import { useAction } from "./useAction";

interface ClearInstancesProps {
  choice: TaskChoice;
  onClose: () => void;
}

const FIRST: ClearWish = {
  isPast: false,
  isFuture: false,
  isUpstream: false,
  isDownstream: true,
  isOnlyFailed: false,
  isLatestCode: false,
};

/** Clears task instances of one run and what is around them. */
export function ClearInstances({ choice, onClose }: ClearInstancesProps) {
  const { t } = useTranslation("actions");
  const [wish, setWish] = useState(FIRST);
  const preview = usePreview(["clear", choice, wish], () => postClear(choice, wish, true));
  const action = useAction({
    act: () => postClear(choice, wish, false),
    runs: [choice],
    done: (cleared) => t("clear.done", { count: cleared.length }),
    failed: t("clear.failed"),
    onDone: onClose,
  });
  const [first] = choice.tasks;
  const name =
    choice.tasks.length === 1 && first
      ? instanceName(first[0], first[1] ?? -1)
      : t("instances", { count: choice.tasks.length });
  return (
    <ActionDialog
      title={t("clear.title", { name })}
      verb={t("clear.verb", { count: preview.data?.length ?? 0 })}
      isBusy={action.isPending}
      isIdle={preview.isFetching || !preview.data?.length}
      onConfirm={() => action.mutate()}
      onClose={onClose}
    >
      <ReachOptions value={wish} onChange={setWish} />
      <Group gap="xl" align="flex-start">
        <Checkbox
          label={t("clear.onlyFailed")}
          checked={wish.isOnlyFailed}
          onChange={(event) => setWish({ ...wish, isOnlyFailed: event.currentTarget.checked })}
        />
        <CodeChoice
          isLatest={wish.isLatestCode}
          onChange={(isLatestCode) => setWish({ ...wish, isLatestCode })}
        />
      </Group>
      <Preview query={preview} />
    </ActionDialog>
  );
}
