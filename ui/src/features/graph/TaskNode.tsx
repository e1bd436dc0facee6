import { IconPlayerStopFilled, IconToggleRightFilled } from "@tabler/icons-react";
import type { NodeProps } from "@xyflow/react";
import { useTranslation } from "react-i18next";

import type { CanvasData } from "../../components/flow/Canvas";
import { useIsFar } from "../../components/flow/far";
import { StateIcon } from "../../components/State";
import { stateColour } from "../../lib/states";
import { useKnowledge } from "./context";
import { FarNode } from "./FarNode";
import type { TaskFacts } from "./graphOf";
import type { Status } from "./statuses";
import { SmallCounts } from "./SmallCounts";

/** A task: its name, its operator, its state in the run. */
export function TaskNode({ id, data }: NodeProps) {
  const { tasks, statuses, hasRun } = useKnowledge();
  const isFar = useIsFar();
  const { nameId } = data as CanvasData;
  const task = tasks.get(id);
  if (!task) return null;
  const status = hasRun ? statuses.get(id) : undefined;
  const state = status?.state ?? "none";
  if (isFar) {
    return <FarNode nameId={nameId} name={task.label} state={hasRun ? state : null} />;
  }
  const style = {
    "--node-stripe": task.ui_color,
    ...(hasRun ? { "--node-border": stateColour(state) } : {}),
  } as React.CSSProperties;
  return (
    <div
      className="flow-node"
      id={nameId}
      style={style}
      data-state={hasRun ? state : undefined}
      data-stacked={task.is_mapped}
      data-dim={state === "skipped"}
      title={task.label}
    >
      <TaskName task={task} />
      <div className="flow-node-line">
        <span className="cut">{task.operator}</span>
        {task.trigger_rule !== "all_success" && (
          <span className="cut flow-rule">{task.trigger_rule}</span>
        )}
      </div>
      {hasRun && <TaskState status={status} />}
    </div>
  );
}

function TaskName({ task }: { task: TaskFacts }) {
  const { t } = useTranslation("graph");
  return (
    <div className="flow-node-line main">
      {task.is_setup && (
        <IconToggleRightFilled size={14} aria-label={t("setup")} style={{ flexShrink: 0 }} />
      )}
      {task.is_teardown && (
        <IconPlayerStopFilled size={14} aria-label={t("teardown")} style={{ flexShrink: 0 }} />
      )}
      <bdi className="cut">{task.label}</bdi>
      {task.is_mapped && <span aria-label={t("mapped")}>[ ]</span>}
    </div>
  );
}

function TaskState({ status }: { status: Status | undefined }) {
  const { t } = useTranslation();
  const state = status?.state ?? "none";
  if (status?.counts) return <SmallCounts counts={status.counts} />;
  return (
    <div className="flow-node-line state">
      <StateIcon state={state} size={13} />
      <span className="cut">{t(`state.${state}`)}</span>
    </div>
  );
}
