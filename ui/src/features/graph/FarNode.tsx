import { VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { StateIcon } from "../../components/State";
import { stateColour, type State } from "../../lib/states";

interface FarNodeProps {
  nameId: string;
  name: string;
  state: State | null;
}

/** A node from afar: the icon of its state, large. */
export function FarNode({ nameId, name, state }: FarNodeProps) {
  const { t } = useTranslation();
  const style = state ? { "--node-border": stateColour(state) } : {};
  return (
    <div
      className="flow-node far"
      data-stripe="false"
      id={nameId}
      style={style as React.CSSProperties}
    >
      {state && <StateIcon state={state} size={44} />}
      <VisuallyHidden>
        {name}
        {state && ` ${t(`state.${state}`)}`}
      </VisuallyHidden>
    </div>
  );
}
