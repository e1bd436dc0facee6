import { Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { ActionDialog } from "./ActionDialog";
import type { InstanceRef, RunRef } from "./refs";
import { useAction } from "./useAction";

/** As the server takes it. */
const LENGTH_MAX = 1000;

interface EditNoteProps {
  target: RunRef | InstanceRef;
  note: string | null;
  onClose: () => void;
}

async function writeNote(target: RunRef | InstanceRef, note: string | null): Promise<void> {
  const path = { dag_id: target.dagId, dag_run_id: target.runId };
  if (!("taskId" in target)) {
    await api.PATCH("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}", {
      params: { path },
      body: { note },
    });
    return;
  }
  await api.PATCH("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}", {
    params: {
      path: { ...path, task_id: target.taskId },
      query: { update_mask: ["note"], map_index: target.mapIndex },
    },
    body: {
      note,
      include_upstream: false,
      include_downstream: false,
      include_past: false,
      include_future: false,
    },
  });
}

/** Writes the note of a run or a task instance; an empty one is taken away. */
export function EditNote({ target, note, onClose }: EditNoteProps) {
  const { t } = useTranslation(["actions", "common"]);
  const [text, setText] = useState(note ?? "");
  const action = useAction({
    act: () => writeNote(target, text.trim() === "" ? null : text),
    runs: [target],
    done: () => t("note.done"),
    failed: t("note.failed"),
    onDone: onClose,
  });
  return (
    <ActionDialog
      title={t(note ? "note.edit" : "note.add")}
      verb={t("common:action.save")}
      isBusy={action.isPending}
      isIdle={text === (note ?? "")}
      onConfirm={() => action.mutate()}
      onClose={onClose}
    >
      <Textarea
        label={t("note.label")}
        description={t("note.hint", { count: LENGTH_MAX - text.length })}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        maxLength={LENGTH_MAX}
        autosize
        minRows={4}
        maxRows={14}
        data-autofocus
      />
    </ActionDialog>
  );
}
