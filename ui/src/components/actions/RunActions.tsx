/** Everything that can be done with a run. */

import { Box, Button, Group, Tooltip } from "@mantine/core";
import { IconFlag } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { ActionMenu } from "./ActionMenu";
import { ClearRun } from "./ClearRun";
import { CommandLines } from "./CommandLines";
import { runCommands } from "./commands";
import { DeleteRun } from "./DeleteRun";
import { EditNote } from "./EditNote";
import { EndRun } from "./EndRun";
import type { RunRef } from "./refs";
import { RunAgain } from "./RunAgain";
import { useRunMenus, type RunDialogName } from "./runMenus";
import { useFocusBack } from "./useFocusBack";

interface RunActionsProps extends RunRef {
  state: string | null | undefined;
  /** One menu for all, as in rows of a table. */
  isCompact?: boolean;
  /** The page is the run's own. */
  isOwnPage?: boolean;
}

export function RunActions({ dagId, runId, state, isCompact, isOwnPage }: RunActionsProps) {
  const { t } = useTranslation(["actions", "common"]);
  const [dialog, setDialog] = useState<RunDialogName | null>(null);
  const { clear, marks, others } = useRunMenus(dagId, state, setDialog);
  const Shape = clear.icon;
  const { place, onFocusCapture, goBack } = useFocusBack<HTMLDivElement>();
  const close = () => {
    setDialog(null);
    goBack();
  };
  const dialogs = (
    <RunDialog
      run={{ dagId, runId }}
      dialog={dialog}
      isOwnPage={isOwnPage ?? false}
      onClose={close}
    />
  );
  if (isCompact) {
    return (
      <Box ref={place} onFocusCapture={onFocusCapture} display="inline-block">
        <ActionMenu
          label={t("ofRun", { name: runId })}
          actions={[clear, ...marks, ...others]}
          isQuiet
        />
        {dialogs}
      </Box>
    );
  }
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
      <ActionMenu label={t("ofRun", { name: runId })} actions={others} />
      {dialogs}
    </Group>
  );
}

interface RunDialogProps {
  run: RunRef;
  dialog: RunDialogName | null;
  isOwnPage: boolean;
  onClose: () => void;
}

function RunDialog({ run, dialog, isOwnPage, onClose }: RunDialogProps) {
  switch (dialog) {
    case "clear":
      return <ClearRun run={run} onClose={onClose} />;
    case "success":
      return <EndRun run={run} state="success" isStop={false} onClose={onClose} />;
    case "failed":
      return <EndRun run={run} state="failed" isStop={false} onClose={onClose} />;
    case "stop":
      return <EndRun run={run} state="failed" isStop onClose={onClose} />;
    case "again":
      return <RunAgain run={run} onClose={onClose} />;
    case "note":
      return <RunNote run={run} onClose={onClose} />;
    case "delete":
      return <DeleteRun run={run} isOwnPage={isOwnPage} onClose={onClose} />;
    case "command":
      return <CommandLines commands={runCommands(run)} onClose={onClose} />;
    default:
      return null;
  }
}

/** Opens once the note as it is now is known. */
function RunNote({ run, onClose }: { run: RunRef; onClose: () => void }) {
  const query = useGet("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}", {
    params: { path: { dag_id: run.dagId, dag_run_id: run.runId } },
  });
  return query.data ? <EditNote target={run} note={query.data.note} onClose={onClose} /> : null;
}
