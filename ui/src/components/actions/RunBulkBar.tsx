/** Actions on many runs. */

import { IconCircleCheck, IconCircleX, IconRotateClockwise, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../api/me";
import { useHindrance } from "./ActionMenu";
import { BulkBar } from "./BulkBar";
import { BulkDialog } from "./BulkDialog";
import { clearRuns, deleteRuns, markRuns, previewClearRuns } from "./bulk";
import { RunClearOptions } from "./ClearRun";
import { usePreview, type RunClearWish } from "./dryRun";
import { Names } from "./Outcome";
import { Preview } from "./Preview";
import type { RunRef } from "./refs";

type Verb = "clear" | "success" | "failed" | "delete";

interface RunBulkBarProps {
  runs: readonly RunRef[];
  /** Deselects all. */
  onClear: () => void;
}

export function RunBulkBar({ runs, onClear }: RunBulkBarProps) {
  const { t } = useTranslation("actions");
  const [verb, setVerb] = useState<Verb | null>(null);
  const may = useMay();
  const lacking = useHindrance();
  const all = (action: "can_edit" | "can_delete") =>
    lacking(runs.every((run) => may(action, "DAG Runs", run.dagId)));
  const [edit, remove] = [all("can_edit"), all("can_delete")];
  const open = (next: Verb) => () => setVerb(next);
  const dialog = { runs, onClose: () => setVerb(null), onDone: onClear };
  return (
    <>
      <BulkBar
        count={runs.length}
        onClear={onClear}
        actions={[
          {
            id: "clear",
            label: t("clear.menu"),
            icon: IconRotateClockwise,
            hindrance: edit,
            onClick: open("clear"),
          },
          {
            id: "success",
            label: t("mark.as_success"),
            icon: IconCircleCheck,
            hindrance: edit,
            onClick: open("success"),
          },
          {
            id: "failed",
            label: t("mark.as_failed"),
            icon: IconCircleX,
            hindrance: edit,
            onClick: open("failed"),
          },
          {
            id: "delete",
            label: t("bulk.delete"),
            icon: IconTrash,
            hindrance: remove,
            isDangerous: true,
            onClick: open("delete"),
          },
        ]}
      />
      {verb === "clear" && <ClearRuns {...dialog} />}
      {(verb === "success" || verb === "failed") && <MarkRuns {...dialog} state={verb} />}
      {verb === "delete" && <DeleteRuns {...dialog} />}
    </>
  );
}

interface DialogProps {
  runs: readonly RunRef[];
  onDone: () => void;
  onClose: () => void;
}

function ClearRuns(props: DialogProps) {
  const { t } = useTranslation("actions");
  const [wish, setWish] = useState<RunClearWish>({ mode: "all", isLatestCode: false });
  const { runs } = props;
  const preview = usePreview(["clearRuns", runs, wish], () => previewClearRuns(runs, wish));
  return (
    <BulkDialog
      {...props}
      title={t("bulk.clearRuns", { count: runs.length })}
      verb={t("clear.verb", { count: preview.data?.length ?? 0 })}
      act={(report) => clearRuns(runs, wish, report)}
      total={runs.length}
      done={(count) => t("bulk.runsCleared", { count })}
      isIdle={preview.isFetching || preview.data?.length === 0}
    >
      <RunClearOptions wish={wish} onChange={setWish} />
      <Preview query={preview} />
    </BulkDialog>
  );
}

function MarkRuns({ state, ...props }: DialogProps & { state: "success" | "failed" }) {
  const { t } = useTranslation(["actions", "common"]);
  const { runs } = props;
  const word = t(`common:state.${state}`);
  return (
    <BulkDialog
      {...props}
      title={t("bulk.markRuns", { count: runs.length, state: word })}
      verb={t("endRun.verb", { state: word })}
      act={(report) => markRuns(runs, state, report)}
      total={Math.ceil(runs.length / 1000)}
      done={(count) => t("bulk.runsMarked", { count, state: word })}
    >
      {t(`endRun.${state}`)}
      <Names names={runs.map((run) => `${run.dagId} · ${run.runId}`)} />
    </BulkDialog>
  );
}

function DeleteRuns(props: DialogProps) {
  const { t } = useTranslation(["actions", "common"]);
  const { runs } = props;
  return (
    <BulkDialog
      {...props}
      title={t("bulk.deleteRuns", { count: runs.length })}
      verb={t("common:action.delete")}
      isDangerous
      act={(report) => deleteRuns(runs, report)}
      total={Math.ceil(runs.length / 1000)}
      done={(count) => t("bulk.runsDeleted", { count })}
    >
      {t("bulk.deleteWords")}
      <Names names={runs.map((run) => `${run.dagId} · ${run.runId}`)} />
    </BulkDialog>
  );
}
