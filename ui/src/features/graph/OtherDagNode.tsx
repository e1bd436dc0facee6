import { IconArrowRampRight } from "@tabler/icons-react";
import type { NodeProps } from "@xyflow/react";
import { useTranslation } from "react-i18next";

import type { CanvasData } from "../../components/flow/Canvas";
import { useKnowledge } from "./context";

/** Another DAG that starts this one, waits for it, or the reverse. */
export function OtherDagNode({ id, data }: NodeProps) {
  const { t } = useTranslation("graph");
  const other = useKnowledge().others.get(id);
  if (!other) return null;
  return (
    <div
      className="flow-node"
      data-stripe="false"
      data-dashed
      id={(data as CanvasData).nameId}
      title={other.dagId}
    >
      <div className="flow-node-line main">
        <IconArrowRampRight size={15} aria-label={t("otherDag")} style={{ flexShrink: 0 }} />
        <bdi className="cut">{other.dagId}</bdi>
      </div>
      <div className="flow-node-line">
        <span className="cut">
          {other.kinds.map((kind) => t(`relation.${other.side}.${kind}`)).join(", ")}
        </span>
      </div>
    </div>
  );
}
