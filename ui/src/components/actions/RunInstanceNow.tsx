import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { Confirm } from "../Confirm";
import { markParams } from "./dryRun";
import { instanceName, type InstanceRef } from "./refs";
import { useAction } from "./useAction";

interface RunInstanceNowProps {
  instance: InstanceRef;
  onClose: () => void;
}

/** Lets a task instance run whatever it depends on. */
export function RunInstanceNow({ instance, onClose }: RunInstanceNowProps) {
  const { t } = useTranslation("actions");
  const name = instanceName(instance.taskId, instance.mapIndex);
  const action = useAction({
    act: async () =>
      api.POST("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/runNow", {
        params: markParams(instance, false),
      }),
    runs: [instance],
    done: () => t("now.done", { name }),
    failed: t("now.failed"),
    onDone: onClose,
  });
  return (
    <Confirm
      isOpen
      title={t("now.title", { name })}
      verb={t("now.verb")}
      isBusy={action.isPending}
      onConfirm={() => action.mutate()}
      onClose={onClose}
    >
      {t("now.words")}
    </Confirm>
  );
}
