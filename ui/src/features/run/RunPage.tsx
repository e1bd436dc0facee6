/** One run: how it is, what it covers, where its time went, and its task instances. */

import { Group, Stack, Tabs } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { RunActions } from "../../components/actions/RunActions";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/Query";
import { StateLabel } from "../../components/State";
import { InstancesTable } from "../../components/tables/InstancesTable";
import type { ListSearch } from "../../components/tables/query";
import { Timeline } from "../../components/Timeline";
import { compact } from "../../lib/dagSearch";
import { RunDetails } from "./RunDetails";
import { RunLinks } from "./RunLinks";
import { RunSummary } from "./RunSummary";
import type { Run } from "./types";

const TABS = ["instances", "times", "details"] as const;
type Tab = (typeof TABS)[number];

export default function RunPage() {
  const { t } = useTranslation(["run", "common"]);
  const { dagId, runId } = useParams({ from: "/inside/dags/$dagId/runs/$runId" });
  const query = useGet(
    "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}",
    { params: { path: { dag_id: dagId, dag_run_id: runId } } },
    { live: ["run"] },
  );
  const state = query.data?.state;
  return (
    <Page
      title={runId}
      crumbs={[
        { label: t("common:nav.dags"), link: { to: "/dags" } },
        {
          label: query.data?.dag_display_name ?? dagId,
          link: { to: "/dags/$dagId/grid", params: { dagId } },
        },
        { label: t("runs"), link: { to: "/dags/$dagId/runs", params: { dagId } } },
      ]}
      badge={state && <StateLabel state={state} />}
      actions={query.data && <RunActions dagId={dagId} runId={runId} state={state} isOwnPage />}
    >
      <Loaded query={query}>
        {(run) => (
          <Stack>
            <RunSummary run={run} />
            <RunTabs run={run} />
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function RunTabs({ run }: { run: Run }) {
  const { t } = useTranslation("run");
  const search = useSearch({ from: "/inside/dags/$dagId/runs/$runId" });
  const navigate = useNavigate({ from: "/dags/$dagId/runs/$runId" });
  const tab = TABS.find((one) => one === search.tab) ?? "instances";
  const change = (next: Record<string, unknown>) =>
    void navigate({
      search: compact({ ...search, ...next }),
      replace: true,
      resetScroll: false,
    });
  const { tab: _, ...list } = search;
  const onSearch = (next: ListSearch) =>
    void navigate({
      search: compact({ ...next, state: next.state && [...next.state], tab: search.tab }),
      replace: true,
      resetScroll: false,
    });
  return (
    <Tabs
      value={tab}
      onChange={(next) => change({ tab: next === "instances" ? undefined : (next as Tab) })}
      keepMounted={false}
    >
      <Group justify="space-between" gap={0} mb="md">
        <Tabs.List>
          {TABS.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`tab.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <RunLinks run={run} />
      </Group>
      <Tabs.Panel value="instances">
        <InstancesTable
          run={{ dagId: run.dag_id, runId: run.dag_run_id }}
          search={list}
          onSearch={onSearch}
        />
      </Tabs.Panel>
      <Tabs.Panel value="times">
        <Timeline dagId={run.dag_id} runId={run.dag_run_id} />
      </Tabs.Panel>
      <Tabs.Panel value="details">
        <RunDetails run={run} />
      </Tabs.Panel>
    </Tabs>
  );
}
