/** Everything that can be done with a task instance. */

import { Box, Button, Group, Tooltip } from "@mantine/core";
import { IconFlag } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { ActionMenu } from "./ActionMenu";
import { ClearInstances } from "./ClearInstances";
import { CommandLines } from "./CommandLines";
import { instanceCommands } from "./commands";
import { EditNote } from "./EditNote";
import { useInstanceMenus, type InstanceDialogName } from "./instanceMenus";
import { KillInstance } from "./KillInstance";
import { MarkInstances } from "./MarkInstances";
import { instanceName, type InstanceRef } from "./refs";
import { RunInstanceNow } from "./RunInstanceNow";
import { useFocusBack } from "./useFocusBack";

interface InstanceActionsProps extends InstanceRef {
  state: string | null | undefined;
  /** With `mapIndex` -1: all instances of a mapped task are meant. */
  isMapped?: boolean;
  /** One menu for all, as in rows of a table. */
  isCompact?: boolean;
}

export function InstanceActions(props: InstanceActionsProps) {
  const { state, isMapped = false, isCompact = false, ...instance } = props;
  const { t } = useTranslation(["actions", "common"]);
  const [dialog, setDialog] = useState<InstanceDialogName | null>(null);
  const isAll = isMapped && instance.mapIndex < 0;
  const { clear, marks, others } = useInstanceMenus(instance.dagId, state, isAll, setDialog);
  const label = t("ofInstance", { name: instanceName(instance.taskId, instance.mapIndex) });
  const { place, onFocusCapture, goBack } = useFocusBack<HTMLDivElement>();
  const close = () => {
    setDialog(null);
    goBack();
  };
  const dialogs = (
    <InstanceDialog instance={instance} isAll={isAll} dialog={dialog} onClose={close} />
  );
  if (isCompact) {
    return (
      <Box ref={place} onFocusCapture={onFocusCapture} display="inline-block">
        <ActionMenu label={label} actions={[clear, ...marks, ...others]} isQuiet />
        {dialogs}
      </Box>
    );
  }
  const Shape = clear.icon;
  return (
    <Group gap="xs" ref={place} onFocusCapture={onFocusCapture}>
      <Tooltip label={clear.hindrance} disabled={!clear.hindrance}>
        <Button
          variant="default"
          leftSection={<Shape size={16} aria-hidden />}
          disabled={Boolean(clear.hindrance)}
          onClick={clear.onClick}
        >
          {t("common:action.clear")}
        </Button>
      </Tooltip>
      <ActionMenu label={t("mark.menu")} icon={IconFlag} actions={marks} />
      <ActionMenu label={label} actions={others} />
      {dialogs}
    </Group>
  );
}

interface InstanceDialogProps {
  instance: InstanceRef;
  isAll: boolean;
  dialog: InstanceDialogName | null;
  onClose: () => void;
}

function InstanceDialog({ instance, isAll, dialog, onClose }: InstanceDialogProps) {
  switch (dialog) {
    case "clear": {
      const { taskId, mapIndex, ...run } = instance;
      const tasks = [[taskId, isAll || mapIndex < 0 ? null : mapIndex]] as const;
      return <ClearInstances choice={{ ...run, tasks }} onClose={onClose} />;
    }
    case "success":
    case "failed":
    case "skipped":
      return <MarkInstances instance={instance} isAll={isAll} mark={dialog} onClose={onClose} />;
    case "now":
      return <RunInstanceNow instance={instance} onClose={onClose} />;
    case "kill":
      return <KillInstance instance={instance} onClose={onClose} />;
    case "note":
      return <InstanceNote instance={instance} onClose={onClose} />;
    case "command":
      return <CommandLines commands={instanceCommands(instance)} onClose={onClose} />;
    default:
      return null;
  }
}

/** Opens once the note as it is now is known. */
function InstanceNote({ instance, onClose }: { instance: InstanceRef; onClose: () => void }) {
  const { dagId, runId, taskId, mapIndex } = instance;
  const query = useGet(
    "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/{map_index}",
    {
      params: {
        path: { dag_id: dagId, dag_run_id: runId, task_id: taskId, map_index: mapIndex },
      },
    },
  );
  return query.data ? (
    <EditNote target={instance} note={query.data.note} onClose={onClose} />
  ) : null;
}
