import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { ActionDialog } from "./ActionDialog";
import { markBody, markParams, usePreview, type InstancePage, type Reach } from "./dryRun";
import { Preview } from "./Preview";
import { ReachOptions } from "./ReachOptions";
import { instanceName, type InstanceRef } from "./refs";
import { useAction } from "./useAction";

export type Mark = "success" | "failed" | "skipped";

interface MarkInstancesProps {
  instance: InstanceRef;
  /** All instances of the mapped task are meant. */
  isAll: boolean;
  mark: Mark;
  onClose: () => void;
}

const NOTHING_AROUND: Reach = {
  isPast: false,
  isFuture: false,
  isUpstream: false,
  isDownstream: false,
};

/** Says how task instances went, whatever really happened. */
export function MarkInstances({ instance, isAll, mark, onClose }: MarkInstancesProps) {
  const { t } = useTranslation(["actions", "common"]);
  const [reach, setReach] = useState(NOTHING_AROUND);
  const call = {
    params: markParams(instance, isAll),
    body: markBody(mark, reach),
  };
  const preview = usePreview(["mark", instance, isAll, mark, reach], async () => {
    const { data } = await api.PATCH(
      "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/dry_run",
      call,
    );
    return (data as InstancePage).task_instances;
  });
  const state = t(`common:state.${mark}`);
  const action = useAction({
    act: async () => {
      await api.PATCH("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}", call);
      return preview.data?.length ?? 1;
    },
    runs: [instance],
    done: (count) => t("mark.done", { count, state }),
    failed: t("mark.failed"),
    onDone: onClose,
  });
  const name = instanceName(instance.taskId, isAll ? -1 : instance.mapIndex);
  return (
    <ActionDialog
      title={t("mark.title", { name, state })}
      verb={t("mark.verb", { count: preview.data?.length ?? 0 })}
      isBusy={action.isPending}
      isIdle={preview.isFetching || !preview.data?.length}
      onConfirm={() => action.mutate()}
      onClose={onClose}
    >
      <ReachOptions value={reach} onChange={setReach} />
      <Preview query={preview} />
    </ActionDialog>
  );
}
