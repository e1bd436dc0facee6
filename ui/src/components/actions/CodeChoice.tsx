import { Checkbox } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface CodeChoiceProps {
  isLatest: boolean;
  isDisabled?: boolean;
  onChange: (isLatest: boolean) => void;
}

/** A run keeps the code that it began with, unless it is told to move on. */
export function CodeChoice({ isLatest, isDisabled = false, onChange }: CodeChoiceProps) {
  const { t } = useTranslation("actions");
  return (
    <Checkbox
      label={t("code.latest")}
      description={t("code.hint")}
      checked={isLatest}
      disabled={isDisabled}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}
