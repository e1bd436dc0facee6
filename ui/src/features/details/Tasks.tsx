import { Badge, Group, ScrollArea, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Section } from "./Section";
import type { Dag } from "./Settings";
import { valueText } from "./values";

/** Which operators it has tasks of. */
export function Operators({ dag }: { dag: Dag }) {
  const { t } = useTranslation("details");
  return (
    <Section title={t("operators", { count: dag.task_count })}>
      <ScrollArea type="auto">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("operator")}</Table.Th>
              <Table.Th ta="right">{t("tasks")}</Table.Th>
              <Table.Th ta="right">{t("mapped")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {dag.operators.map((use) => (
              <Table.Tr key={`${use.module}.${use.operator}`}>
                <Table.Td title={use.module}>{use.operator}</Table.Td>
                <Table.Td ta="right">{use.tasks}</Table.Td>
                <Table.Td ta="right">{use.mapped}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
    </Section>
  );
}

/** What its tasks are set to, with how many tasks have which value. */
export function TaskSettings({ dag }: { dag: Dag }) {
  const { t } = useTranslation(["details", "common"]);
  const words = { yes: t("common:yes"), no: t("common:no"), none: "—" };
  return (
    <Section title={t("taskSettings")}>
      <ScrollArea type="auto">
        <Table>
          <Table.Tbody>
            {dag.task_settings.filter(isUsed).map((setting) => (
              <Table.Tr key={setting.name}>
                <Table.Th
                  scope="row"
                  w={{ base: "9rem", sm: "16rem" }}
                  fw={500}
                  title={setting.name}
                >
                  {t(`setting.${setting.name}`, { defaultValue: setting.name })}
                </Table.Th>
                <Table.Td>
                  <Group gap={6}>
                    {setting.values.map((use) => (
                      <Badge
                        key={JSON.stringify(use.value)}
                        variant="light"
                        color="gray"
                        tt="none"
                        h="auto"
                        maw="100%"
                        classNames={{ label: "wrapped" }}
                        rightSection={<Text span size="xs">{`×${use.tasks}`}</Text>}
                      >
                        {valueText(setting.name, use.value, words)}
                      </Badge>
                    ))}
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
    </Section>
  );
}

/** Settings that no task has say nothing. */
function isUsed({ values }: Dag["task_settings"][number]): boolean {
  return values.some(({ value }) => value !== null && value !== "" && value !== false);
}
