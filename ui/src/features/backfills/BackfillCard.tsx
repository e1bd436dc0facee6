import { Badge, Card, Group, Progress, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { components } from "../../api/schema";
import { Facts } from "../../components/Facts";
import { Time } from "../../components/Time";
import { BackfillActions } from "./BackfillActions";
import { RangeStates } from "./RangeStates";

export type Backfill = components["schemas"]["BackfillResponse"];

/** One backfill: how far it is, and what it was asked to do. */
export function BackfillCard({ backfill }: { backfill: Backfill }) {
  const { t } = useTranslation(["backfills", "common"]);
  const isOpen = backfill.completed_at === null;
  const title = t("title", { number: backfill.id });
  const started = t("started", { started: backfill.runs_started, count: backfill.runs });
  return (
    <Card withBorder component="section" aria-label={title} data-backfill={backfill.id}>
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Group gap="xs">
            <Text fw={600}>{title}</Text>
            <Badge variant="default" tt="none">
              {t(`state.${backfill.state}`, { defaultValue: backfill.state })}
            </Badge>
            <Text size="sm">
              <Time at={backfill.from_date} /> – <Time at={backfill.to_date} />
            </Text>
          </Group>
          {isOpen && <BackfillActions backfill={backfill} />}
        </Group>
        <div>
          <Text size="sm" mb={4}>
            {started}
            {backfill.runs_left_out > 0 && (
              <> · {t("leftOutCount", { count: backfill.runs_left_out })}</>
            )}
          </Text>
          <Progress
            value={backfill.runs === 0 ? 100 : (100 * backfill.runs_started) / backfill.runs}
            aria-label={started}
          />
        </div>
        <RangeStates dagId={backfill.dag_id} from={backfill.from_date} until={backfill.to_date} />
        <Facts facts={useFacts(backfill)} />
      </Stack>
    </Card>
  );
}

function useFacts(backfill: Backfill): [string, React.ReactNode][] {
  const { t } = useTranslation(["backfills", "common"]);
  const conf = Object.keys(backfill.dag_run_conf).length > 0 ? backfill.dag_run_conf : null;
  return [
    [t("fact.reprocess"), t(`reprocess.${backfill.reprocess_behavior}`)],
    [t("fact.runsAtOnce"), String(backfill.max_active_runs)],
    [t("fact.conf"), conf && <code key="conf">{JSON.stringify(conf)}</code>],
    [t("fact.created"), <Time key="created" at={backfill.created_at} />],
    [
      t("fact.completed"),
      backfill.completed_at && <Time key="completed" at={backfill.completed_at} />,
    ],
  ];
}
