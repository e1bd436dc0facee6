/** What can be done with a task instance, and why some of it can't be done now. */

import {
  IconCircleCheck,
  IconCircleX,
  IconNote,
  IconPlayerPlay,
  IconPlayerSkipForward,
  IconPlayerStop,
  IconRotateClockwise,
  IconTerminal2,
  type Icon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../api/me";
import { isBusy, toState } from "../../lib/states";
import { useHindrance, type MenuAction } from "./ActionMenu";
import type { Mark } from "./MarkInstances";

export type InstanceDialogName = "clear" | Mark | "now" | "kill" | "note" | "command";

const MARKS: readonly (readonly [Mark, Icon])[] = [
  ["success", IconCircleCheck],
  ["failed", IconCircleX],
  ["skipped", IconPlayerSkipForward],
];

interface InstanceMenus {
  clear: MenuAction;
  marks: MenuAction[];
  others: MenuAction[];
}

/** `isAll`: all instances of a mapped task, so that things of a single one are left out. */
export function useInstanceMenus(
  dagId: string,
  stateWord: string | null | undefined,
  isAll: boolean,
  open: (dialog: InstanceDialogName) => void,
): InstanceMenus {
  const { t } = useTranslation(["actions", "common"]);
  const may = useMay();
  const edit = useHindrance()(may("can_edit", "Task Instances", dagId));
  const state = toState(stateWord);
  const item = (
    id: InstanceDialogName,
    label: string,
    icon: Icon,
    hindrance: string | null = null,
  ): MenuAction => ({ id, label: t(label), icon, hindrance, onClick: () => open(id) });
  const now = edit ?? (isBusy(state) ? t("now.isBusy") : null);
  const kill = edit ?? (isBusy(state) ? null : t("kill.isIdle"));
  return {
    clear: item("clear", "clear.menu", IconRotateClockwise, edit),
    // With others around it, a state that it has already may still be worth giving.
    marks: MARKS.map(([mark, icon]) => item(mark, `mark.as_${mark}`, icon, edit)),
    others: [
      ...(isAll
        ? []
        : [
            item("now", "now.menu", IconPlayerPlay, now),
            item("kill", "kill.menu", IconPlayerStop, kill),
            item("note", "note.menu", IconNote, edit),
          ]),
      item("command", "command.menu", IconTerminal2),
    ],
  };
}
