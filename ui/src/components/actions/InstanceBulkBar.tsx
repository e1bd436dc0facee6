/** Actions on many task instances. */

import {
  IconCircleCheck,
  IconCircleX,
  IconPlayerSkipForward,
  IconRotateClockwise,
  IconTrash,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../api/me";
import { useHindrance, type MenuAction } from "./ActionMenu";
import { BulkBar } from "./BulkBar";
import { ClearMany, DeleteMany, MarkMany } from "./InstanceBulkDialogs";
import type { InstanceRef } from "./refs";

type Verb = "clear" | "success" | "failed" | "skipped" | "delete";

const MARKS = [
  ["success", IconCircleCheck],
  ["failed", IconCircleX],
  ["skipped", IconPlayerSkipForward],
] as const;

interface ChosenInstance extends InstanceRef {
  state: string | null | undefined;
}

interface InstanceBulkBarProps {
  instances: readonly ChosenInstance[];
  /** Deselects all. */
  onClear: () => void;
}

export function InstanceBulkBar({ instances, onClear }: InstanceBulkBarProps) {
  const { t } = useTranslation("actions");
  const [verb, setVerb] = useState<Verb | null>(null);
  const actions = useVerbs(instances, setVerb);
  const dialog = { instances, onClose: () => setVerb(null), onDone: onClear };
  const isMark = verb === "success" || verb === "failed" || verb === "skipped";
  return (
    <>
      <BulkBar
        count={instances.length}
        onClear={onClear}
        actions={actions.map((action) => ({ ...action, label: t(action.label) }))}
      />
      {verb === "clear" && <ClearMany {...dialog} />}
      {isMark && <MarkMany {...dialog} state={verb} />}
      {verb === "delete" && <DeleteMany {...dialog} />}
    </>
  );
}

/** Labels are keys of texts. */
function useVerbs(instances: readonly ChosenInstance[], open: (verb: Verb) => void): MenuAction[] {
  const { t } = useTranslation("actions");
  const may = useMay();
  const lacking = useHindrance();
  const edit = lacking(instances.every((one) => may("can_edit", "Task Instances", one.dagId)));
  const remove = lacking(instances.every((one) => may("can_delete", "Task Instances", one.dagId)));
  const areGone = instances.every((one) => one.state === "removed");
  return [
    {
      id: "clear",
      label: "clear.menu",
      icon: IconRotateClockwise,
      hindrance: edit,
      onClick: () => open("clear"),
    },
    ...MARKS.map(([mark, icon]) => ({
      id: mark,
      label: `mark.as_${mark}`,
      icon,
      hindrance: edit,
      onClick: () => open(mark),
    })),
    {
      id: "delete",
      label: "bulk.delete",
      icon: IconTrash,
      isDangerous: true,
      hindrance: remove ?? (areGone ? null : t("bulk.onlyRemoved")),
      onClick: () => open("delete"),
    },
  ];
}
