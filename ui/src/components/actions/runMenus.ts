/** What can be done with a run, and why some of it can't be done now. */

import {
  IconCircleCheck,
  IconCircleX,
  IconNote,
  IconPlayerStop,
  IconRepeat,
  IconRotateClockwise,
  IconTerminal2,
  IconTrash,
  type Icon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../api/me";
import { isFinished, toState } from "../../lib/states";
import { useHindrance, type MenuAction } from "./ActionMenu";

export type RunDialogName =
  "clear" | "success" | "failed" | "stop" | "again" | "note" | "delete" | "command";

interface RunMenus {
  clear: MenuAction;
  marks: MenuAction[];
  others: MenuAction[];
}

export function useRunMenus(
  dagId: string,
  stateWord: string | null | undefined,
  open: (dialog: RunDialogName) => void,
): RunMenus {
  const { t } = useTranslation(["actions", "common"]);
  const may = useMay();
  const lacking = useHindrance();
  const edit = lacking(may("can_edit", "DAG Runs", dagId));
  const create = lacking(may("can_create", "DAG Runs", dagId));
  const remove = lacking(may("can_delete", "DAG Runs", dagId));
  const state = toState(stateWord);
  const when = (isHindered: boolean, reason: string) => (isHindered ? t(reason) : null);
  const item = (
    id: RunDialogName,
    label: string,
    icon: Icon,
    hindrance: string | null = null,
  ): MenuAction => ({ id, label: t(label), icon, hindrance, onClick: () => open(id) });
  return {
    clear: item("clear", "clearRun.menu", IconRotateClockwise, edit),
    marks: (["success", "failed"] as const).map((mark) =>
      item(
        mark,
        `mark.as_${mark}`,
        mark === "success" ? IconCircleCheck : IconCircleX,
        edit ?? when(state === mark, "mark.isAlready"),
      ),
    ),
    others: [
      item("again", "again.menu", IconRepeat, create),
      item("stop", "stop.menu", IconPlayerStop, edit ?? when(isFinished(state), "stop.isOver")),
      item("note", "note.menu", IconNote, edit),
      item("command", "command.menu", IconTerminal2),
      {
        ...item(
          "delete",
          "delete.menu",
          IconTrash,
          remove ?? when(state === "running", "delete.isRunning"),
        ),
        isDangerous: true,
        isFirst: true,
      },
    ],
  };
}
