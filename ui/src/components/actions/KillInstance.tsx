import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { Confirm } from "../Confirm";
import { markBody, markParams } from "./dryRun";
import { instanceName, type InstanceRef } from "./refs";
import { useAction } from "./useAction";

const ALONE = { isPast: false, isFuture: false, isUpstream: false, isDownstream: false };

/** Ends what runs, as failed and without a retry. */
export function KillInstance({
  instance,
  onClose,
}: {
  instance: InstanceRef;
  onClose: () => void;
}) {
  const { t } = useTranslation("actions");
  const name = instanceName(instance.taskId, instance.mapIndex);
  const action = useAction({
    act: async () =>
      api.PATCH("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}", {
        params: markParams(instance, false),
        body: markBody("failed", ALONE),
      }),
    runs: [instance],
    done: () => t("kill.done", { name }),
    failed: t("kill.failed"),
    onDone: onClose,
  });
  return (
    <Confirm
      isOpen
      title={t("kill.title", { name })}
      verb={t("kill.verb")}
      isDangerous
      isBusy={action.isPending}
      onConfirm={() => action.mutate()}
      onClose={onClose}
    >
      {t("kill.words")}
    </Confirm>
  );
}
