import { Group, MultiSelect, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface ChoiceFilterProps {
  label: string;
  names: readonly string[];
  words: (name: string) => string;
  icon?: (name: string) => ReactNode;
  value: readonly string[] | undefined;
  onChange: (value: string[] | undefined) => void;
}

/** Some of a few names; none chosen stands for all. */
export function ChoiceFilter(props: ChoiceFilterProps) {
  const { label, names, words, icon, value, onChange } = props;
  const { t } = useTranslation("tables");
  return (
    <MultiSelect
      size="sm"
      label={label}
      data={names.map((name) => ({ value: name, label: words(name) }))}
      value={(value ?? []).filter((name) => names.includes(name))}
      onChange={(next) => onChange(next.length > 0 ? next : undefined)}
      renderOption={({ option }) => (
        <Group gap={6} wrap="nowrap">
          {icon?.(option.value)}
          <Text size="sm">{option.label}</Text>
        </Group>
      )}
      clearable
      styles={{ inputField: { minWidth: 20 } }}
      {...(value?.length ? {} : { placeholder: t("filter.all") })}
      searchable={names.length > 8}
      hidePickedOptions
      comboboxProps={{ width: "max-content", position: "bottom-start" }}
    />
  );
}
