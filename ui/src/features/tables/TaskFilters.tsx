import { NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { ChoiceFilter } from "../../components/tables/ChoiceFilter";
import { FilterBar } from "../../components/tables/FilterBar";
import { TextFilter } from "../../components/tables/TextFilter";
import { choices, type Task, type TaskFilter } from "./tasks";

interface TaskFiltersProps {
  tasks: readonly Task[];
  filter: TaskFilter;
  /** By the names of the address. */
  onChange: (change: Record<string, unknown>) => void;
}

export function TaskFilters({ tasks, filter, onChange }: TaskFiltersProps) {
  const { t } = useTranslation("tables");
  const count = Object.values(filter).filter((value) => value !== undefined).length;
  const clear = () =>
    onChange({
      ...{ task_q: undefined, operators: undefined, trigger_rules: undefined },
      ...{ retries: undefined, mapped: undefined },
    });
  return (
    <FilterBar count={count} onClear={clear}>
      <TextFilter
        label={t("filter.task_id")}
        value={filter.text}
        onChange={(task_q) => onChange({ task_q })}
      />
      <ChoiceFilter
        label={t("column.operator")}
        names={choices(tasks, (task) => task.operator_name)}
        words={(name) => name}
        value={filter.operators}
        onChange={(operators) => onChange({ operators })}
      />
      <ChoiceFilter
        label={t("column.triggerRule")}
        names={choices(tasks, (task) => task.trigger_rule)}
        words={(name) => name}
        value={filter.triggerRules}
        onChange={(trigger_rules) => onChange({ trigger_rules })}
      />
      <YesNo
        label={t("column.retries")}
        value={filter.hasRetries}
        onChange={(retries) => onChange({ retries })}
      />
      <YesNo
        label={t("column.mapped")}
        value={filter.isMapped}
        onChange={(mapped) => onChange({ mapped })}
      />
    </FilterBar>
  );
}

interface YesNoProps {
  label: string;
  value: boolean | undefined;
  onChange: (value: boolean | undefined) => void;
}

function YesNo({ label, value, onChange }: YesNoProps) {
  const { t } = useTranslation(["tables", "common"]);
  return (
    <NativeSelect
      size="sm"
      label={label}
      value={value === undefined ? "" : String(value)}
      onChange={(event) => {
        const chosen = event.currentTarget.value;
        onChange(chosen === "" ? undefined : chosen === "true");
      }}
      data={[
        { value: "", label: t("filter.all") },
        { value: "true", label: t("common:yes") },
        { value: "false", label: t("common:no") },
      ]}
    />
  );
}
