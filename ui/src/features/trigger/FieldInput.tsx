/** The field of one param. */

import {
  Autocomplete,
  MultiSelect,
  NumberInput,
  Select,
  Switch,
  Textarea,
  TextInput,
} from "@mantine/core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { Lines } from "../../components/Query";
import { Unread } from "./conf";
import { choicesOf, type Field, type Kind } from "./fields";
import { JsonInput } from "./JsonInput";

const MomentInput = lazy(() => import("./MomentInput"));

export interface InputProps {
  field: Field;
  value: unknown;
  error: string | null;
  onChange: (value: unknown) => void;
}

/** What `label`, `description` and `error` of every input are. */
export interface Wrapping {
  label: React.ReactNode;
  description: React.ReactNode;
  error: string | null;
  withAsterisk: boolean;
}

type Drawn = (props: InputProps & { wrapping: Wrapping }) => React.ReactNode;

/** An empty text is null where the type allows it; nothing where a value has to be given. */
function textOf(field: Field, text: string): unknown {
  if (text !== "") return text;
  if (field.isNullable) return null;
  return field.initial === undefined ? undefined : "";
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Unread) return value.text;
  return typeof value === "string" ? value : JSON.stringify(value);
}

const PlainText: Drawn = ({ field, value, onChange, wrapping }) => (
  <TextInput
    {...wrapping}
    type={field.schema.format?.endsWith("email") ? "email" : "text"}
    value={shown(value)}
    onChange={(event) => onChange(textOf(field, event.currentTarget.value))}
  />
);

const LongText: Drawn = ({ field, value, onChange, wrapping }) => (
  <Textarea
    {...wrapping}
    autosize
    minRows={3}
    maxRows={14}
    value={shown(value)}
    onChange={(event) => onChange(textOf(field, event.currentTarget.value))}
  />
);

const Suggested: Drawn = ({ field, value, onChange, wrapping }) => (
  <Autocomplete
    {...wrapping}
    data={[...new Set((field.schema.examples ?? []).map(String))]}
    value={shown(value)}
    onChange={(text) => onChange(textOf(field, text))}
  />
);

const Num: Drawn = ({ field, value, onChange, wrapping }) => {
  const { minimum, maximum, multipleOf } = field.schema;
  return (
    <NumberInput
      {...wrapping}
      value={typeof value === "number" ? value : shown(value)}
      onChange={(next) => {
        if (typeof next === "number") onChange(next);
        else if (next === "") onChange(field.isNullable ? null : undefined);
        else onChange(new Unread(next));
      }}
      allowDecimal={field.kind === "number"}
      clampBehavior="none"
      {...(typeof multipleOf === "number" ? { step: multipleOf } : {})}
      {...(typeof minimum === "number" ? { min: minimum } : {})}
      {...(typeof maximum === "number" ? { max: maximum } : {})}
    />
  );
};

/** Yes, no, and nothing where that is a value too. */
function YesOrNo({ field, value, onChange, wrapping }: Parameters<Drawn>[0]) {
  const { t } = useTranslation(["trigger", "common"]);
  if (!field.isNullable && field.initial !== undefined) {
    const { withAsterisk: _, ...rest } = wrapping;
    return (
      <Switch
        {...rest}
        checked={value === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  return (
    <Select
      {...wrapping}
      data={[
        { value: "true", label: t("common:yes") },
        { value: "false", label: t("common:no") },
      ]}
      value={typeof value === "boolean" ? String(value) : null}
      onChange={(key) => onChange(key === null ? textOf(field, "") : key === "true")}
      placeholder={t("field.nothing")}
      clearable={field.isNullable}
      clearButtonProps={{ "aria-label": t("field.clear") }}
    />
  );
}

function Chosen({ field, value, onChange, wrapping }: Parameters<Drawn>[0]) {
  const { t } = useTranslation("trigger");
  const choices = choicesOf(field.schema, null);
  return (
    <Select
      {...wrapping}
      data={choices.map(({ key, label }) => ({ value: key, label }))}
      value={value === undefined ? null : JSON.stringify(value)}
      onChange={(key) => {
        const found = choices.find((choice) => choice.key === key);
        onChange(found ? found.value : textOf(field, ""));
      }}
      placeholder={t("field.nothing")}
      allowDeselect={false}
      clearable={field.isNullable}
      clearButtonProps={{ "aria-label": t("field.clear") }}
      searchable={choices.length > 8}
    />
  );
}

function Several({ field, value, onChange, wrapping }: Parameters<Drawn>[0]) {
  const { t } = useTranslation("trigger");
  const chosen: unknown[] = Array.isArray(value) ? value : [];
  const choices = choicesOf(field.schema, chosen);
  return (
    <MultiSelect
      {...wrapping}
      data={choices.map(({ key, label }) => ({ value: key, label }))}
      value={chosen.map((each) => JSON.stringify(each))}
      onChange={(keys) =>
        onChange(keys.length > 0 || !field.isNullable ? keys.map((key) => JSON.parse(key)) : null)
      }
      clearable
      clearButtonProps={{ "aria-label": t("field.clear") }}
      searchable
      hidePickedOptions
    />
  );
}

const TextLines: Drawn = ({ field, value, onChange, wrapping }) => (
  <Textarea
    {...wrapping}
    autosize
    minRows={2}
    maxRows={12}
    value={Array.isArray(value) ? value.map(shown).join("\n") : ""}
    onChange={(event) => {
      const text = event.currentTarget.value;
      if (text === "") onChange(field.isNullable ? null : []);
      else onChange(text.split("\n"));
    }}
  />
);

const Json: Drawn = ({ field, value, onChange, wrapping }) => (
  <JsonInput {...wrapping} value={value} isNullable={field.isNullable} onChange={onChange} />
);

const Moment: Drawn = (props) => (
  <Suspense fallback={<Lines count={2} />}>
    <MomentInput {...props} />
  </Suspense>
);

const DRAWN: Readonly<Record<Kind, Drawn>> = {
  text: PlainText,
  multiline: LongText,
  suggest: Suggested,
  number: Num,
  integer: Num,
  boolean: YesOrNo,
  choice: Chosen,
  choices: Several,
  lines: TextLines,
  json: Json,
  date: Moment,
  "date-time": Moment,
  time: Moment,
};

interface FieldInputProps extends InputProps {
  label: React.ReactNode;
  description: React.ReactNode;
}

export function FieldInput({ label, description, ...props }: FieldInputProps) {
  const Shape = DRAWN[props.field.kind];
  const wrapping = {
    label,
    description,
    error: props.error,
    withAsterisk: props.field.isRequired && props.field.initial === undefined,
  };
  return <Shape {...props} wrapping={wrapping} />;
}
