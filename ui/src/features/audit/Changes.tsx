import { Box, Table, Text, Title } from "@mantine/core";
import { IconArrowRight, IconEqual, IconMinus, IconPlus, type Icon } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import "./audit.css";
import { differences, plain, type Became, type Difference } from "./difference";

type Side = Readonly<Record<string, unknown>> | null;

const ICONS: Record<Became, Icon> = {
  added: IconPlus,
  removed: IconMinus,
  changed: IconArrowRight,
  same: IconEqual,
};

/** Before and after, place by place; nothing where the entry tells neither. */
export function Changes({ before, after }: { before: Side; after: Side }) {
  const { t } = useTranslation("audit");
  const found = differences(before, after);
  if (found.length === 0) return null;
  return (
    <section>
      <Title order={2} size="h5" mb="xs">
        {t("changes.title")}
      </Title>
      <Box className="changes" tabIndex={0} role="region" aria-label={t("changes.title")}>
        <Table fz="sm" verticalSpacing={6} layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("changes.place")}</Table.Th>
              <Table.Th>{t("changes.before")}</Table.Th>
              <Table.Th>{t("changes.after")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {found.map((each) => (
              <Row key={each.place} difference={each} />
            ))}
          </Table.Tbody>
        </Table>
      </Box>
    </section>
  );
}

function Row({ difference }: { difference: Difference }) {
  const { t } = useTranslation("audit");
  const { place, became, before, after } = difference;
  const Shape = ICONS[became];
  return (
    <Table.Tr className="change" data-became={became}>
      <Table.Th scope="row" fw={became === "same" ? 400 : 600}>
        <Shape size={13} role="img" aria-label={t(`changes.${became}`)} /> {place}
      </Table.Th>
      <Table.Td>
        <Value value={before} mark={became === "same" ? null : "before"} />
      </Table.Td>
      <Table.Td>
        <Value value={after} mark={became === "same" ? null : "after"} />
      </Table.Td>
    </Table.Tr>
  );
}

function Value({ value, mark }: { value: unknown; mark: "before" | "after" | null }) {
  const { t } = useTranslation("audit");
  if (value === undefined) return <Text size="sm">—</Text>;
  const words = plain(value);
  return (
    <Text size="sm" ff="monospace" className="change-value" data-mark={mark}>
      {words === "" ? t("changes.empty") : words}
    </Text>
  );
}
