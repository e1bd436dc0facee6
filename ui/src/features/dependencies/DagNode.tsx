import { VisuallyHidden } from "@mantine/core";
import { IconHelpCircle, IconPlayerPauseFilled } from "@tabler/icons-react";
import type { NodeProps } from "@xyflow/react";
import { createContext, useContext } from "react";
import { useTranslation } from "react-i18next";

import type { CanvasData } from "../../components/flow/Canvas";
import { useIsFar } from "../../components/flow/far";
import type { Across } from "./dependencies";

export type DagFacts = Across["nodes"][number];

export const Dags = createContext<ReadonlyMap<string, DagFacts>>(new Map());

export function DagNode({ id, data }: NodeProps) {
  const dag = useContext(Dags).get(id);
  const isFar = useIsFar();
  const { nameId } = data as CanvasData;
  if (!dag) return null;
  return (
    <div
      className={isFar ? "flow-node far" : "flow-node"}
      id={nameId}
      data-stripe="false"
      data-dashed={!dag.is_known}
      title={dag.display_name}
    >
      {isFar ? <VisuallyHidden>{dag.display_name}</VisuallyHidden> : <Lines dag={dag} />}
    </div>
  );
}

function Lines({ dag }: { dag: DagFacts }) {
  const { t } = useTranslation("dependencies");
  return (
    <>
      <div className="flow-node-line main">
        <bdi className="cut">{dag.display_name}</bdi>
      </div>
      {dag.display_name !== dag.dag_id && (
        <div className="flow-node-line">
          <bdi className="cut">{dag.dag_id}</bdi>
        </div>
      )}
      {!dag.is_known && (
        <div className="flow-node-line" title={t("unknown")}>
          <IconHelpCircle size={13} aria-hidden style={{ flexShrink: 0 }} />
          <span className="cut">{t("unknownShort")}</span>
        </div>
      )}
      {dag.is_paused && (
        <div className="flow-node-line">
          <IconPlayerPauseFilled size={12} aria-hidden />
          {t("paused")}
        </div>
      )}
    </>
  );
}
