import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { Confirm } from "../Confirm";
import type { RunRef } from "./refs";
import { useAction } from "./useAction";

interface DeleteRunProps {
  run: RunRef;
  /** The page is the run's own: it is left. */
  isOwnPage: boolean;
  onClose: () => void;
}

export function DeleteRun({ run, isOwnPage, onClose }: DeleteRunProps) {
  const { t } = useTranslation(["actions", "common"]);
  const navigate = useNavigate();
  const name = run.runId;
  const action = useAction({
    act: async () => {
      await api.DELETE("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}", {
        params: { path: { dag_id: run.dagId, dag_run_id: run.runId } },
      });
      if (!isOwnPage) return;
      await navigate({ to: "/dags/$dagId/runs", params: { dagId: run.dagId } });
    },
    runs: [run],
    done: () => t("delete.done", { name }),
    failed: t("delete.failed"),
    onDone: onClose,
  });
  return (
    <Confirm
      isOpen
      title={t("delete.title", { name })}
      verb={t("common:action.delete")}
      isDangerous
      isBusy={action.isPending}
      onConfirm={() => action.mutate()}
      onClose={onClose}
    >
      {t("delete.words")}
    </Confirm>
  );
}
