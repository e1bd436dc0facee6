import { Anchor, Badge, Box, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Cause } from "../../components/Cause";
import { Empty } from "../../components/Empty";
import { Facts } from "../../components/Facts";
import { StateIcon } from "../../components/State";
import { Duration, Time } from "../../components/Time";
import { bytes } from "../../lib/bytes";
import { duration } from "../../lib/time";
import { signalName, stateOf, waitsByCode, type Attempt, type Sheet, type Try } from "./instance";
import { HERE } from "./route";

/** Every attempt: how it ended, where it ran, and what it used. The latest comes first. */
export function AttemptsTab({ tries, sheet }: { tries: readonly Try[]; sheet: Sheet }) {
  const { t } = useTranslation("instance");
  if (tries.length === 0) return <Empty title={t("attempt.none")} />;
  return (
    <Stack>
      {tries.flatMap((one) =>
        one.attempts
          .map((attempt, place) => (
            <OneAttempt
              key={attempt.id}
              attempt={attempt}
              place={one.attempts.length > 1 ? place + 1 : null}
              sheet={sheet}
            />
          ))
          .toReversed(),
      )}
    </Stack>
  );
}

interface OneAttemptProps {
  attempt: Attempt;
  /** Which one of its try, if that has several. */
  place: number | null;
  sheet: Sheet;
}

function OneAttempt({ attempt, place, sheet }: OneAttemptProps) {
  const { t } = useTranslation(["instance", "common", "cause"]);
  const outcomes = sheet.outcomes.filter((one) => one.try_number === attempt.try_number);
  const state = stateOf(attempt);
  return (
    <Paper withBorder p="md" component="section">
      <Group justify="space-between" align="flex-start" mb="sm" gap="xs">
        <Group gap="xs">
          <StateIcon state={state} size={18} />
          <Title order={2} size="h5">
            {t("try.name", { number: attempt.try_number })}
          </Title>
          {place !== null && (
            <Badge variant="light" color="gray" tt="none">
              {t("attempt.part", { place })}
            </Badge>
          )}
          {attempt.cause === null && <Text size="sm">{t(`common:state.${state}`)}</Text>}
        </Group>
        <Anchor
          size="sm"
          renderRoot={(props) => (
            <Link
              from={HERE}
              to="."
              search={({ line: _line, ...former }) => ({
                ...former,
                tab: "log",
                try_number: attempt.try_number,
              })}
              {...props}
            />
          )}
        >
          {t("attempt.log")}
        </Anchor>
      </Group>
      {attempt.cause !== null && (
        <div className="instance-cause">
          <Cause kind={attempt.cause} words={attempt.words} lines={6} />
        </div>
      )}
      <AttemptFacts attempt={attempt} />
      {outcomes.map((one) => (
        <Text size="sm" mt="sm" key={one.kind}>
          {t(`callback.${one.kind}`, { defaultValue: one.kind })}:{" "}
          {one.error ?? t(one.done_at ? "callback.done" : "callback.waiting")}
        </Text>
      ))}
      {attempt.traceback && (
        <Box
          component="pre"
          className="code instance-trace"
          tabIndex={0}
          role="region"
          aria-label={t("attempt.traceback")}
        >
          {attempt.traceback.trimEnd()}
        </Box>
      )}
    </Paper>
  );
}

function AttemptFacts({ attempt }: { attempt: Attempt }) {
  const { t } = useTranslation(["instance", "cause"]);
  const waits = waitsByCode(attempt.waits).map(([code, seconds]) =>
    t("attempt.waited", {
      duration: duration(seconds),
      what: t(`wait.${code}`, { defaultValue: code }),
    }),
  );
  const time = (at: string | null) => (at === null ? null : <Time at={at} />);
  return (
    <Facts
      facts={[
        [t("fact.queued"), time(attempt.queued_when)],
        [t("fact.waited"), waits.join(", ")],
        [t("fact.started"), time(attempt.start_date)],
        [t("fact.ended"), time(attempt.end_date)],
        [
          t("fact.took"),
          attempt.start_date && (
            <Duration key="took" from={attempt.start_date} until={attempt.end_date} />
          ),
        ],
        [t("fact.exitCode"), attempt.exit_code],
        [t("fact.signal"), attempt.signal === null ? null : signalName(attempt.signal)],
        [t("fact.endedBy"), attempt.ended_by],
        [
          t("fact.askedToEnd"),
          attempt.asked_to_end &&
            t(`cause:${attempt.asked_to_end}`, { defaultValue: attempt.asked_to_end }),
        ],
        [t("fact.cpu"), attempt.cpu_seconds === null ? null : duration(attempt.cpu_seconds)],
        [t("fact.memory"), bytes(attempt.memory_peak_bytes)],
        [t("fact.executor"), attempt.executor],
        [t("fact.host"), attempt.hostname],
        [t("fact.pid"), attempt.pid],
        [t("fact.attemptId"), attempt.id],
      ]}
    />
  );
}
