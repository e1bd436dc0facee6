import { Code, ScrollArea, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Section } from "./Section";
import type { Dag } from "./Settings";
import { constraintsOf } from "./values";

interface Param {
  value?: unknown;
  description?: string | null;
  schema?: Record<string, unknown>;
}

/** What a run can be given, and what it is when nothing is given. */
export function Params({ dag }: { dag: Dag }) {
  const { t } = useTranslation("details");
  const params = Object.entries(dag.params as Record<string, Param>);
  return (
    <Section title={t("params")}>
      {params.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("noParams")}
        </Text>
      ) : (
        <ScrollArea type="auto">
          <Table miw="30rem">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("param")}</Table.Th>
                <Table.Th>{t("type")}</Table.Th>
                <Table.Th>{t("default")}</Table.Th>
                <Table.Th>{t("description")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {params.map(([name, param]) => (
                <Table.Tr key={name}>
                  <Table.Td>{name}</Table.Td>
                  <Table.Td>
                    {constraintsOf(param.schema ?? {}).map(([rule, value]) => (
                      <div key={rule}>{t(`rule.${rule}`, { value })}</div>
                    ))}
                  </Table.Td>
                  <Table.Td>
                    <Code className="wrapped">{JSON.stringify(param.value)}</Code>
                  </Table.Td>
                  <Table.Td>
                    {param.description ?? String(param.schema?.description ?? "")}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea>
      )}
    </Section>
  );
}
