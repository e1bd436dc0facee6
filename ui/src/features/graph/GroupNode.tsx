import { ActionIcon } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import type { NodeProps } from "@xyflow/react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { CanvasData } from "../../components/flow/Canvas";
import { useIsFar } from "../../components/flow/far";
import { stateColour, type State } from "../../lib/states";
import { useKnowledge } from "./context";
import { FarNode } from "./FarNode";
import { SmallCounts } from "./SmallCounts";
import { countsOf, together, type Counts } from "./statuses";

function useGroup(id: string) {
  const knowledge = useKnowledge();
  const { shown, statuses, hasRun } = knowledge;
  const tasks = shown.get(id)?.tasks;
  const [counts, state] = useMemo<[Counts, State | null]>(() => {
    if (!hasRun || !tasks) return [[], null];
    return [countsOf(tasks, statuses), together(tasks, statuses)];
  }, [tasks, statuses, hasRun]);
  return { ...knowledge, tasks, counts, state, group: knowledge.groups.get(id) };
}

const bordered = (state: State | null) =>
  (state ? { "--node-border": stateColour(state) } : {}) as React.CSSProperties;

/** A group that stands for its tasks. */
export function FoldedGroup({ id, data }: NodeProps) {
  const { t } = useTranslation("graph");
  const { tasks, counts, state, group, toggle } = useGroup(id);
  const isFar = useIsFar();
  const { nameId } = data as CanvasData;
  if (!group || !tasks) return null;
  if (isFar) return <FarNode nameId={nameId} name={group.label} state={state} />;
  return (
    <div
      className="flow-node"
      data-stripe="false"
      data-stacked
      id={nameId}
      style={bordered(state)}
      title={group.tooltip || group.label}
    >
      <div className="flow-node-line main">
        <Fold isOpen={false} name={group.label} onClick={() => toggle(id)} />
        <bdi className="cut">{group.label}</bdi>
      </div>
      <div className="flow-node-line">{t("tasks", { count: tasks.length })}</div>
      {counts.length > 0 && <SmallCounts counts={counts} />}
    </div>
  );
}

/** The frame around what is in an open group. */
export function OpenGroup({ id, data }: NodeProps) {
  const { counts, state, group, toggle } = useGroup(id);
  const isFar = useIsFar();
  if (!group) return null;
  return (
    <div className="flow-group" style={bordered(state)}>
      <div className="flow-group-head" title={group.tooltip || group.label}>
        <Fold isOpen name={group.label} onClick={() => toggle(id)} />
        <bdi className="cut" id={(data as CanvasData).nameId}>
          {group.label}
        </bdi>
        {!isFar && counts.length > 0 && <SmallCounts counts={counts} />}
      </div>
    </div>
  );
}

interface FoldProps {
  isOpen: boolean;
  name: string;
  onClick: () => void;
}

function Fold({ isOpen, name, onClick }: FoldProps) {
  const { t } = useTranslation("graph");
  const Shape = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <ActionIcon
      size="sm"
      variant="subtle"
      color="gray"
      aria-label={t(isOpen ? "fold" : "unfold", { name })}
      aria-expanded={isOpen}
      style={{ pointerEvents: "all" }}
      onClick={(event) => {
        event.stopPropagation();
        onClick();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <Shape size={16} aria-hidden />
    </ActionIcon>
  );
}
