import { Accordion, Box, Code, Group, Stack, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import type { Conf } from "./conf";
import { FieldInput, type InputProps } from "./FieldInput";
import { sectionsOf, type Field } from "./fields";

const Markdown = lazy(() => import("../../components/Markdown"));

interface ParamFormProps {
  fields: readonly Field[];
  conf: Conf;
  /** What is wrong, in words, by param. */
  errors: Readonly<Record<string, string>>;
  onChange: (name: string, value: unknown) => void;
}

/** A field for each param, under the headings that the DAG gives them. */
export function ParamForm({ fields, ...props }: ParamFormProps) {
  const sections = sectionsOf(fields);
  const [plain, named] = [
    sections.filter(([section]) => section === null),
    sections.filter((entry): entry is [string, Field[]] => entry[0] !== null),
  ];
  return (
    <Stack gap="lg">
      {plain.map(([section, inside]) => (
        <Fields key={section} fields={inside} {...props} />
      ))}
      {named.length > 0 && (
        <Accordion
          multiple
          variant="separated"
          defaultValue={named.map((_, place) => String(place))}
        >
          {named.map(([section, inside], place) => (
            // Names may have spaces, which ids may not.
            <Accordion.Item key={section} value={String(place)}>
              <Accordion.Control>
                <Group gap="xs">
                  <Text fw={600}>{section}</Text>
                  <Wrong count={inside.filter((field) => props.errors[field.name]).length} />
                </Group>
              </Accordion.Control>
              <Accordion.Panel>
                <Fields fields={inside} {...props} />
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      )}
    </Stack>
  );
}

/** A folded section says that something in it is wrong. */
function Wrong({ count }: { count: number }) {
  const { t } = useTranslation("trigger");
  if (count === 0) return null;
  return (
    <Text size="xs" c="var(--mantine-color-error)">
      {t("faults", { count })}
    </Text>
  );
}

function Fields({ fields, conf, errors, onChange }: ParamFormProps) {
  return (
    <Stack gap="md">
      {fields.map((field) => (
        <Described
          key={field.name}
          field={field}
          value={conf[field.name]}
          error={errors[field.name] ?? null}
          onChange={(value) => onChange(field.name, value)}
        />
      ))}
    </Stack>
  );
}

function Described(props: InputProps) {
  const { field } = props;
  const words = useDescription(field);
  return (
    <Box data-param={field.name}>
      <FieldInput
        {...props}
        label={<Label field={field} />}
        description={words && <span className="wrapped">{words}</span>}
      />
      {field.isMarkdown && field.description && (
        <Box fz="xs" c="dimmed" mt={4}>
          <Suspense fallback={field.description}>
            <Markdown text={field.description} />
          </Suspense>
        </Box>
      )}
    </Box>
  );
}

/** The title, with the name that tasks know the param by. */
function Label({ field }: { field: Field }) {
  if (field.label === field.name) return field.name;
  return (
    <>
      {field.label} <Code fz={11}>{field.name}</Code>
    </>
  );
}

/** Plain words stand within the field's own description, Markdown under the field. */
function useDescription(field: Field): string | null {
  const { t } = useTranslation("trigger");
  const own = field.isMarkdown ? null : field.description;
  const format = field.kind === "lines" ? t("field.lines") : null;
  const secret = field.isSecret ? t("field.secret") : null;
  return [own, format, secret].filter(Boolean).join("\n") || null;
}
