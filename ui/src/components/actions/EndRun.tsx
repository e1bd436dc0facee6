import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { Confirm } from "../Confirm";
import type { RunRef } from "./refs";
import { useAction } from "./useAction";

interface EndRunProps {
  run: RunRef;
  state: "success" | "failed";
  /** It runs: ending it stops what it does. */
  isStop: boolean;
  onClose: () => void;
}

/** Ends a run as success or failed; what of it runs is ended too. */
export function EndRun({ run, state, isStop, onClose }: EndRunProps) {
  const { t } = useTranslation(["actions", "common"]);
  const name = run.runId;
  const word = t(`common:state.${state}`);
  const action = useAction({
    act: async () =>
      api.PATCH("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}", {
        params: { path: { dag_id: run.dagId, dag_run_id: run.runId } },
        body: { state },
      }),
    runs: [run],
    done: () => t(isStop ? "stop.done" : "endRun.done", { name, state: word }),
    failed: t(isStop ? "stop.failed" : "endRun.problem"),
    onDone: onClose,
  });
  return (
    <Confirm
      isOpen
      title={t(isStop ? "stop.title" : "endRun.title", { name, state: word })}
      verb={t(isStop ? "stop.verb" : "endRun.verb", { state: word })}
      isDangerous={isStop}
      isBusy={action.isPending}
      onConfirm={() => action.mutate()}
      onClose={onClose}
    >
      {t(isStop ? "stop.words" : `endRun.${state}`)}
    </Confirm>
  );
}
