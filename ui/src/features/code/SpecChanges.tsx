import { Card, List, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { components } from "../../api/schema";
import { wordsOf } from "./spec";

type Changes = components["schemas"]["SpecChanges"];

/** What the change of code changes about the DAG, in words. */
export function SpecChanges({ changes }: { changes: Changes }) {
  const { t } = useTranslation("code");
  const words = wordsOf(changes, (name) => t(`field.${name}`, { defaultValue: name }));
  return (
    <Card withBorder component="section" aria-label={t("spec.title")}>
      <Text fw={600} size="sm" mb={4}>
        {t("spec.title")}
      </Text>
      {words.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("spec.same")}
        </Text>
      ) : (
        <List size="sm" spacing={2}>
          {words.map(({ key, values }) => (
            <List.Item key={`${key} ${values.names}`} className="wrapped">
              {t(`spec.${key}`, values)}
            </List.Item>
          ))}
        </List>
      )}
    </Card>
  );
}
