import { ScrollArea, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { Loaded } from "../../components/Query";
import { dateTime } from "../../lib/time";
import { useZone } from "../../lib/zone";
import { Section } from "./Section";

interface NextRunsProps {
  dagId: string;
  /** The DAG's own. */
  zone: string;
  isPaused: boolean;
}

/** The next twenty runs by the clocks of all who may ask. */
export function NextRuns({ dagId, zone, isPaused }: NextRunsProps) {
  const { t } = useTranslation("details");
  const { zone: own } = useZone();
  const zones = [...new Set([zone, own, "UTC"])];
  const query = useGet(
    "/api/v2/dags/{dag_id}/next_runs",
    { params: { path: { dag_id: dagId }, query: { limit: 20 } } },
    { live: ["dag"] },
  );
  return (
    <Section title={t("nextRuns")}>
      {isPaused && (
        <Text size="sm" c="dimmed" mb="xs">
          {t("nextPaused")}
        </Text>
      )}
      <Loaded query={query}>
        {(data) =>
          data.next_runs.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t("noNextRuns")}
            </Text>
          ) : (
            <ScrollArea.Autosize mah={320} type="auto" viewportProps={{ tabIndex: 0 }}>
              <Table stickyHeader>
                <Table.Thead>
                  <Table.Tr>
                    {zones.map((name) => (
                      <Table.Th key={name}>{name}</Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {data.next_runs.map((run) => (
                    <Table.Tr key={run.run_after}>
                      {zones.map((name) => (
                        <Table.Td key={name} className="time">
                          {dateTime(run.run_after, name)}
                        </Table.Td>
                      ))}
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </ScrollArea.Autosize>
          )
        }
      </Loaded>
    </Section>
  );
}
