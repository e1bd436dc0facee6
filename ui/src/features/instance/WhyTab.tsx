/** Why it waits, and what it has waited for. */

import { Group, Paper, Stack, Text, Title } from "@mantine/core";
import { IconCircleCheck, IconClockPause } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { Empty } from "../../components/Empty";
import { Loaded } from "../../components/Query";
import { Time } from "../../components/Time";
import { useNow } from "../../lib/now";
import { isFinished, toState } from "../../lib/states";
import { duration } from "../../lib/time";
import { HoldLinks } from "./HoldLinks";
import type { components } from "../../api/schema";
import type { InstanceKey, Sheet, Try } from "./instance";
import { WaitedFor } from "./WaitedFor";

type Hold = components["schemas"]["Hold"];

/** For what other DAGs do with slots and pools no change of this one tells of. */
const AGAIN_MS = 5_000;

interface WhyTabProps {
  instanceKey: InstanceKey;
  sheet: Sheet;
  tries: readonly Try[];
}

export function WhyTab({ instanceKey, sheet, tries }: WhyTabProps) {
  const { dagId, runId, taskId, mapIndex } = instanceKey;
  const state = toState(sheet.instance.state);
  const waits = !isFinished(state) && state !== "running" && state !== "queued";
  const query = useGet(
    "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/{map_index}/holds",
    {
      params: { path: { dag_id: dagId, dag_run_id: runId, task_id: taskId, map_index: mapIndex } },
    },
    {
      live: ["task_instances", "run", "dag", "pools"],
      ...(waits ? { everyMs: AGAIN_MS } : {}),
    },
  );
  return (
    <Stack>
      <Loaded query={query}>
        {({ holds }) =>
          holds.length > 0 ? (
            <Holds holds={holds} />
          ) : (
            <Nothing state={state} hasRun={tries.length > 0} />
          )
        }
      </Loaded>
      <WaitedFor tries={tries} />
    </Stack>
  );
}

function Nothing({ state, hasRun }: { state: string; hasRun: boolean }) {
  const { t } = useTranslation("instance");
  const words = state === "upstream_failed" ? "upstreamFailed" : hasRun ? "now" : "never";
  return <Empty title={t(`why.nothing.${words}`)} icon={IconCircleCheck} />;
}

function Holds({ holds }: { holds: readonly Hold[] }) {
  const { t } = useTranslation("instance");
  return (
    <Stack gap="sm" component="ul" className="instance-list" aria-label={t("why.title")}>
      {holds.map((hold, place) => (
        <li key={`${hold.code} ${place}`}>
          <OneHold hold={hold} />
        </li>
      ))}
    </Stack>
  );
}

function OneHold({ hold }: { hold: Hold }) {
  const { t, i18n } = useTranslation("instance");
  // The server's own words are English: a detail for who reads another language.
  const isEnglish = i18n.language === "en";
  return (
    <Paper withBorder p="md">
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <IconClockPause size={20} aria-hidden className="instance-icon" />
        <Stack gap={6} miw={0} flex={1}>
          <Title order={2} size="h5">
            {t(`why.${hold.code}.title`, { defaultValue: hold.code })}
          </Title>
          <Text size="sm" className="wrapped" lang="en" {...(isEnglish ? {} : { c: "dimmed" })}>
            {sentence(hold.words)}
          </Text>
          {hold.until && <Until at={hold.until} />}
          {/* What is as it is by default the server leaves out. */}
          <HoldLinks links={hold.links ?? []} />
          <Text size="sm" c="dimmed">
            {t(`why.${hold.code}.hint`, { defaultValue: "" })}
          </Text>
        </Stack>
      </Group>
    </Paper>
  );
}

/** The server's words begin small and end without a full stop. */
export function sentence(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`;
}

function Until({ at }: { at: string }) {
  const { t } = useTranslation("instance");
  const now = useNow();
  const seconds = (Date.parse(at) - now) / 1000;
  return (
    <Text size="sm" component="div" role="timer">
      {seconds > 0 ? t("why.until", { duration: duration(Math.ceil(seconds)) }) : t("why.due")} (
      <Time at={at} />)
    </Text>
  );
}
