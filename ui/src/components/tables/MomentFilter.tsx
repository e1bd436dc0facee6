import { TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useZone } from "../../lib/zone";
import { fromField, toField } from "./moments";

interface MomentFilterProps {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** A moment by the clock of the page's zone. */
export function MomentFilter({ label, value, onChange }: MomentFilterProps) {
  const { t } = useTranslation("tables");
  const { zone } = useZone();
  const shown = toField(value, zone);
  return (
    <TextInput
      // What is half typed belongs to the field; a new value from elsewhere makes a new one.
      key={shown}
      size="sm"
      type="datetime-local"
      styles={{ input: { fontSize: 12, paddingInline: 8 } }}
      label={label}
      title={t("filter.zone", { zone })}
      defaultValue={shown}
      onBlur={(event) => {
        const text = event.currentTarget.value;
        if (text !== shown) onChange(fromField(text, zone));
      }}
      onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
    />
  );
}
