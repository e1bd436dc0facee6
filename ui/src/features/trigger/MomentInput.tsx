/** Dates and times. They bring a library along, so they are loaded when a form has one. */

import "@mantine/dates/styles.css";
import "dayjs/locale/ko";

import { DateInput, DatesProvider, DateTimePicker, TimeInput } from "@mantine/dates";
import { useTranslation } from "react-i18next";

import { dateTime } from "../../lib/time";
import { useZone } from "../../lib/zone";
import type { InputProps, Wrapping } from "./FieldInput";
import { inZone } from "./moments";

export default function MomentInput(props: InputProps & { wrapping: Wrapping }) {
  const { t } = useTranslation("trigger");
  const { field, value, onChange, wrapping } = props;
  const nothing = field.isNullable ? null : undefined;
  const text = typeof value === "string" ? value : null;
  if (field.kind === "date-time") {
    return (
      <MomentPicker {...wrapping} value={text} onChange={(next) => onChange(next ?? nothing)} />
    );
  }
  if (field.kind === "time") {
    return (
      <TimeInput
        {...wrapping}
        withSeconds
        value={text ?? ""}
        onChange={(event) => {
          const typed = event.currentTarget.value;
          onChange(typed === "" ? nothing : typed.length === 5 ? `${typed}:00` : typed);
        }}
      />
    );
  }
  return (
    <Localised>
      <DateInput
        {...wrapping}
        valueFormat="YYYY-MM-DD"
        placeholder="YYYY-MM-DD"
        value={text}
        onChange={(next) => onChange(next ?? nothing)}
        clearable={field.isNullable}
        clearButtonProps={{ "aria-label": t("field.clear") }}
      />
    </Localised>
  );
}

interface MomentPickerProps extends Partial<Wrapping> {
  /** With its offset. */
  value: string | null;
  onChange: (value: string | null) => void;
  placeholder?: string;
}

/** A moment by the clock of the page's zone. */
export function MomentPicker({ value, onChange, ...rest }: MomentPickerProps) {
  const { t } = useTranslation("trigger");
  const { zone } = useZone();
  const isMoment = value !== null && !Number.isNaN(Date.parse(value));
  return (
    <Localised>
      <DateTimePicker
        {...rest}
        withSeconds
        clearable
        clearButtonProps={{ "aria-label": t("field.clear") }}
        styles={{ placeholder: { color: "var(--mantine-color-dimmed)" } }}
        valueFormat="YYYY-MM-DD HH:mm:ss"
        value={isMoment ? dateTime(value, zone) : null}
        onChange={(next) => onChange(next === null ? null : inZone(next, zone))}
      />
    </Localised>
  );
}

function Localised({ children }: { children: React.ReactNode }) {
  const { i18n } = useTranslation();
  return (
    <DatesProvider settings={{ locale: i18n.language, firstDayOfWeek: 1 }}>
      {children}
    </DatesProvider>
  );
}
