/** Counts of runs, task instances and DAGs; each leads to the list that it counts. */

import { Group, Paper, Text, UnstyledButton } from "@mantine/core";
import {
  IconAlertTriangle,
  IconPlayerPause,
  IconToggleRight,
  type Icon,
} from "@tabler/icons-react";
import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { countedStates } from "../../components/dags/TaskCounts";
import { StateIcon } from "../../components/State";
import type { State } from "../../lib/states";
import type { Home } from "./home";

const DAY_MS = 86_400_000;
/** Counts stop there. */
const COUNT_MAX = 10_000;

export function Numbers({ home }: { home: Home }) {
  return (
    <div className="home-numbers">
      <Runs home={home} />
      <Tasks home={home} />
      <Dags home={home} />
    </div>
  );
}

function Runs({ home }: { home: Home }) {
  const { t } = useTranslation(["home", "common"]);
  // Whole minutes: an address that changes each second would be a new list each second.
  const from = new Date(Math.floor((Date.parse(home.at) - DAY_MS) / 60_000) * 60_000);
  const since = from.toISOString();
  const counts: [State, string, object][] = [
    ["running", t("common:state.running"), { state: ["running"] }],
    ["queued", t("common:state.queued"), { state: ["queued"] }],
    ["failed", t("numbers.failed"), { state: ["failed"], from: since }],
    ["success", t("numbers.success"), { state: ["success"], from: since }],
  ];
  return (
    <Block title={t("common:nav.runs")}>
      {counts.map(([state, label, search]) => (
        <Count
          key={state}
          label={label}
          count={home.runs[state as keyof Home["runs"]]}
          icon={<StateIcon state={state} />}
          link={{ to: "/browse/runs", search } as LinkProps}
          isLoud={state === "failed"}
        />
      ))}
    </Block>
  );
}

/** What is not over: running, waiting, and for what. */
function Tasks({ home }: { home: Home }) {
  const { t } = useTranslation(["home", "common"]);
  const states = countedStates(home.tasks);
  return (
    <Block title={t("common:nav.instances")}>
      {states.length === 0 && (
        <Text size="sm" c="dimmed" py={6}>
          {t("numbers.idle")}
        </Text>
      )}
      {states.map(([state, count]) => (
        <Count
          key={state}
          label={t(`common:state.${state}`)}
          count={count}
          icon={<StateIcon state={state} />}
          link={{ to: "/browse/task-instances", search: { state: [state] } } as LinkProps}
        />
      ))}
    </Block>
  );
}

const DAG_COUNTS: readonly [keyof Home["dags"], Icon, object][] = [
  ["active", IconToggleRight, { status: "active" }],
  ["paused", IconPlayerPause, { status: "paused" }],
  ["broken", IconAlertTriangle, { state: "broken", errors: true }],
];

function Dags({ home }: { home: Home }) {
  const { t } = useTranslation(["home", "common"]);
  const { dags } = home;
  return (
    <Block title={t("common:nav.dags")}>
      <Count
        label={t("common:state.running")}
        count={dags.running}
        icon={<StateIcon state="running" />}
        link={{ to: "/dags", search: { state: "running" } }}
      />
      {DAG_COUNTS.map(([name, Shape, search]) => (
        <Count
          key={name}
          label={t(`numbers.${name}`)}
          count={dags[name]}
          icon={<Shape size={16} aria-hidden />}
          link={{ to: "/dags", search } as LinkProps}
          isLoud={name === "broken"}
        />
      ))}
    </Block>
  );
}

function Block({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="sm" component="section" aria-label={title} className="home-block">
      <Text size="sm" c="dimmed" px={6} mb={2}>
        {title}
      </Text>
      <Group gap={2}>{children}</Group>
    </Paper>
  );
}

interface CountProps {
  label: string;
  count: number;
  icon: ReactNode;
  link: LinkProps;
  /** A number above zero is bad news. */
  isLoud?: boolean;
}

function Count({ label, count, icon, link, isLoud = false }: CountProps) {
  const words = count >= COUNT_MAX ? `${COUNT_MAX.toLocaleString()}+` : count.toLocaleString();
  return (
    <UnstyledButton
      className="home-count"
      data-zero={count === 0}
      data-loud={isLoud && count > 0}
      renderRoot={(props) => <Link {...link} {...props} />}
    >
      <span className="home-count-number">{words}</span>
      <span className="home-count-label">
        {icon} {label}
      </span>
    </UnstyledButton>
  );
}
