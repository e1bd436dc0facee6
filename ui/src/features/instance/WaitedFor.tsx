import { Group, Progress, Stack, Table, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { duration, secondsBetween } from "../../lib/time";
import { waitsByCode, type Try } from "./instance";

/** What each try waited for before it ran: the recorded reasons, and how long it took. */
export function WaitedFor({ tries }: { tries: readonly Try[] }) {
  const { t } = useTranslation("instance");
  const rows = tries.flatMap(rowsOf);
  if (rows.length === 0) return null;
  const longest = Math.max(...rows.map((row) => row.seconds));
  return (
    <Stack gap="xs" component="section">
      <Title order={2} size="h5">
        {t("waited.title")}
      </Title>
      <Table className="instance-waits">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("waited.try")}</Table.Th>
            <Table.Th>{t("waited.what")}</Table.Th>
            <Table.Th>{t("waited.long")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ number, kind, code, seconds }, place) => (
            <Table.Tr key={place}>
              <Table.Td>{rows[place - 1]?.number === number ? "" : number}</Table.Td>
              <Table.Td>
                {t(`part.${kind}`, { what: t(`wait.${code}`, { defaultValue: code }) })}
              </Table.Td>
              <Table.Td>
                <Group gap="sm" wrap="nowrap">
                  <Text span size="sm" className="time" w={88}>
                    {duration(seconds)}
                  </Text>
                  <Progress
                    value={longest > 0 ? Math.max(1, (seconds / longest) * 100) : 0}
                    color={kind === "wait" ? "orange" : kind === "start" ? "gray" : "green"}
                    flex={1}
                    maw={360}
                    aria-hidden
                  />
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}

interface Part {
  number: number;
  kind: "wait" | "start" | "run";
  code: string;
  seconds: number;
}

function rowsOf({ number, attempts }: Try): Part[] {
  const waits = waitsByCode(attempts.flatMap((attempt) => attempt.waits));
  const sum = (pairs: (number | null)[]) =>
    pairs.reduce<number>((total, seconds) => total + Math.max(0, seconds ?? 0), 0);
  const start = sum(attempts.map((one) => secondsBetween(one.queued_when, one.start_date)));
  const run = sum(attempts.map((one) => secondsBetween(one.start_date, one.end_date)));
  return [
    ...waits.map(([code, seconds]) => ({ number, kind: "wait" as const, code, seconds })),
    ...(start > 0 ? [{ number, kind: "start" as const, code: "", seconds: start }] : []),
    ...(run > 0 ? [{ number, kind: "run" as const, code: "", seconds: run }] : []),
  ];
}
