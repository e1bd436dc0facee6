import { Group, Stack, Text, Title } from "@mantine/core";
import { IconBraces } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import Code, { type CodeLanguage } from "../../components/Code";
import { Copy } from "../../components/Copy";
import { Empty } from "../../components/Empty";
import type { Sheet } from "./instance";

type Field = Sheet["rendered"][number];

const LANGUAGES: Readonly<Record<string, CodeLanguage>> = {
  bash: "bash",
  sh: "bash",
  sql: "sql",
  postgresql: "sql",
  mysql: "sql",
  tsql: "sql",
  hql: "sql",
  json: "json",
  yaml: "yaml",
  py: "python",
  python: "python",
};

/** The text of a field, and in which language it is shown. */
export function shownField(field: Field): { text: string; language: CodeLanguage } {
  if (typeof field.value !== "string") {
    return { text: JSON.stringify(field.value, null, 2) ?? "null", language: "json" };
  }
  return { text: field.value, language: LANGUAGES[field.language] ?? "text" };
}

interface RenderedTabProps {
  fields: readonly Field[];
  hasRun: boolean;
}

/** Template fields as the latest attempt has got them. */
export default function RenderedTab({ fields, hasRun }: RenderedTabProps) {
  const { t } = useTranslation("instance");
  const given = fields.filter((field) => field.value !== null && field.value !== "");
  if (given.length === 0) {
    return (
      <Empty title={t("rendered.none")} icon={IconBraces}>
        {t(hasRun ? "rendered.noneWords" : "rendered.notYet")}
      </Empty>
    );
  }
  return (
    <Stack>
      {given.map((field) => {
        const { text, language } = shownField(field);
        return (
          <section key={field.name}>
            <Group justify="space-between" mb={4}>
              <Group gap="xs">
                <Title order={2} size="h6">
                  {field.name}
                </Title>
                <Text size="xs" c="dimmed">
                  {language === "text" ? "" : language}
                </Text>
              </Group>
              <Copy text={text} label={t("rendered.copy", { name: field.name })} />
            </Group>
            <Code
              text={text}
              language={language}
              label={field.name}
              maxHeight="60vh"
              hasLineNumbers={text.includes("\n")}
            />
          </section>
        );
      })}
      {fields.length > given.length && (
        <Text size="sm" c="dimmed">
          {t("rendered.empty", {
            names: fields
              .filter((field) => !given.includes(field))
              .map((field) => field.name)
              .join(", "),
          })}
        </Text>
      )}
    </Stack>
  );
}
