import { useTranslation } from "react-i18next";

import { toState } from "../../lib/states";
import { StateIcon } from "../State";
import { ChoiceFilter } from "./ChoiceFilter";

interface StateFilterProps {
  states: readonly string[];
  value: readonly string[] | undefined;
  onChange: (value: string[] | undefined) => void;
}

function iconOf(name: string) {
  return <StateIcon state={toState(name)} />;
}

export function StateFilter({ states, value, onChange }: StateFilterProps) {
  const { t } = useTranslation(["tables", "common"]);
  return (
    <ChoiceFilter
      label={t("column.state")}
      names={states}
      words={(name) => t(`common:state.${name}`)}
      icon={iconOf}
      value={value}
      onChange={onChange}
    />
  );
}
