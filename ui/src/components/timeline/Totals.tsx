import { Table } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { duration } from "../../lib/time";
import { Spent } from "./Spent";
import { percent, sum, type Total } from "./stretches";

/** How long each phase took for one reason, and its share of the run. */
export function Totals({ dagId, totals }: { dagId: string; totals: readonly Total[] }) {
  const { t } = useTranslation("timeline");
  const whole = sum(totals);
  return (
    <Table className="timeline-totals">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("what")}</Table.Th>
          <Table.Th className="timeline-figure">{t("took")}</Table.Th>
          <Table.Th className="timeline-figure">{t("share")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {totals.map(({ phase, reason, seconds }) => (
          <Table.Tr key={`${phase} ${reason}`}>
            <Table.Td>
              <span className="timeline-sample" data-phase={phase} aria-hidden />
              <Spent dagId={dagId} phase={phase} reason={reason} />
            </Table.Td>
            <Table.Td className="time timeline-figure">{duration(seconds)}</Table.Td>
            <Table.Td className="time timeline-figure">{percent(seconds, whole)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
