/** What stands beside the pointer: the run, the task, its state. */

import { Portal, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { StateLabel } from "../../components/State";
import { useNow } from "../../lib/now";
import { dateTime, duration } from "../../lib/time";
import { useZone } from "../../lib/zone";
import { cellOf, lastingMs, type CellFacts, type GridRun, type Row } from "./model";
import type { Column } from "./useGrid";
import type { Place } from "./useKeys";

export interface Pointed extends Place {
  x: number;
  y: number;
}

interface TipProps {
  pointed: Pointed;
  rows: readonly Row[];
  columns: readonly Column[];
}

const WIDTH = 300;

export function Tip({ pointed, rows, columns }: TipProps) {
  const column = columns[pointed.column];
  if (!column) return null;
  const row = rows[pointed.row];
  const facts = row ? cellOf(row, column.tasks) : null;
  const left = Math.max(8, Math.min(pointed.x + 14, window.innerWidth - WIDTH - 12));
  const isLow = pointed.y > window.innerHeight - 220;
  const top = isLow ? undefined : pointed.y + 16;
  const bottom = isLow ? window.innerHeight - pointed.y + 12 : undefined;
  return (
    // Outside of the sheet, whose paint is contained: it would cut the words off.
    <Portal>
      <div className="grid-tip" role="tooltip" style={{ left, top, bottom, width: WIDTH }}>
        <Stack gap={2}>
          {row && facts ? <OfCell row={row} facts={facts} /> : null}
          <OfRun run={column.run} isAlone={!row} />
        </Stack>
      </div>
    </Portal>
  );
}

function OfCell({ row, facts }: { row: Row; facts: CellFacts }) {
  const { t } = useTranslation(["grid", "common"]);
  const { zone } = useZone();
  const now = useNow(facts.start !== null && facts.end === null);
  return (
    <>
      <Text size="sm" fw={600}>
        {row.label}
      </Text>
      {facts.total > 1 ? (
        [...facts.counts].map(([state, count]) => (
          <Text key={state} size="xs">
            {t(`common:state.${state}`)}: {count}
          </Text>
        ))
      ) : (
        <StateLabel state={facts.state} />
      )}
      {facts.tryNumber > 1 && <Text size="xs">{t("try", { number: facts.tryNumber })}</Text>}
      {facts.start !== null && (
        <Text size="xs">
          {dateTime(facts.start, zone)} · {duration(((facts.end ?? now) - facts.start) / 1000)}
        </Text>
      )}
    </>
  );
}

function OfRun({ run, isAlone }: { run: GridRun; isAlone: boolean }) {
  const { t } = useTranslation(["grid", "common"]);
  const { zone } = useZone();
  const now = useNow(run.start_date !== null && run.end_date === null);
  const lasting = lastingMs(run, now);
  return (
    <>
      <Text
        size={isAlone ? "sm" : "xs"}
        fw={isAlone ? 600 : 400}
        c={isAlone ? undefined : "dimmed"}
      >
        {run.dag_run_id}
      </Text>
      {isAlone && <StateLabel state={run.state} />}
      <Text size="xs" c="dimmed">
        {t(`common:runType.${run.run_type}`)} · {dateTime(run.run_after, zone)}
        {isAlone && lasting !== null && ` · ${duration(lasting / 1000)}`}
      </Text>
      {isAlone && run.version_number !== null && (
        <Text size="xs" c="dimmed">
          {t("version", { number: run.version_number })}
        </Text>
      )}
    </>
  );
}
