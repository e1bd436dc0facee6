import { VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { StateIcon } from "../../components/State";
import type { Counts } from "./statuses";

const SHOWN_MAX = 4;

/** How many are in which state, as small as a node needs it. */
export function SmallCounts({ counts }: { counts: Counts }) {
  const { t, i18n } = useTranslation();
  const [only] = counts;
  const isOne = counts.length === 1;
  return (
    <div className="flow-node-line state">
      {counts.slice(0, SHOWN_MAX).map(([state, count]) => (
        <span key={state} className="flow-count" title={t(`state.${state}`)}>
          <StateIcon state={state} size={13} />
          <span>{count.toLocaleString(i18n.language)}</span>
          {!isOne && <VisuallyHidden>{t(`state.${state}`)}</VisuallyHidden>}
        </span>
      ))}
      {isOne && only && <span className="cut">{t(`state.${only[0]}`)}</span>}
      {counts.length > SHOWN_MAX && <span>…</span>}
    </div>
  );
}
