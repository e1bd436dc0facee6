/** All DAGs that start, wait for or feed other DAGs, as a graph. */

import { Group, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { IconSearch, IconTopologyStar3 } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { Empty } from "../../components/Empty";
import { Page } from "../../components/Page";
import { Loaded, Waiting } from "../../components/Query";
import { warmUp } from "../../graph/layOut";
import { compact } from "../../lib/dagSearch";
import { store, stored } from "../../lib/stored";
import { graphOf, KINDS, LINES, matching, type Across } from "./dependencies";
import { DependenciesGraph } from "./DependenciesGraph";
import { EdgeTable } from "./EdgeTable";

type View = "graph" | "table";

export default function DependenciesPage() {
  const { t } = useTranslation(["dependencies", "common", "flow"]);
  const query = useGet("/api/v2/ui/dependencies", {}, { live: ["dag"] });
  useEffect(warmUp, []);
  return (
    <Page title={t("common:nav.dependencies")}>
      <Loaded query={query} skeleton={<Waiting />}>
        {(across) => (across.nodes.length === 0 ? <Nothing /> : <Dependencies across={across} />)}
      </Loaded>
    </Page>
  );
}

function Nothing() {
  const { t } = useTranslation("dependencies");
  return (
    <Empty title={t("empty")} icon={IconTopologyStar3}>
      {t("emptyHow")}
    </Empty>
  );
}

function useSought() {
  const { q = "" } = useSearch({ from: "/inside/browse/dependencies" });
  const navigate = useNavigate();
  const seek = (text: string) =>
    void navigate({
      to: "/browse/dependencies",
      search: (former) => compact({ ...former, q: text || undefined }),
      replace: true,
    });
  return [q, seek] as const;
}

function useView() {
  const [view, setView] = useState<View>(() =>
    stored("dependencies.view") === "table" ? "table" : "graph",
  );
  const change = (next: string) => {
    const chosen = next === "table" ? "table" : "graph";
    store("dependencies.view", chosen);
    setView(chosen);
  };
  return [view, change] as const;
}

function Dependencies({ across }: { across: Across }) {
  const { t } = useTranslation(["dependencies", "common"]);
  const [sought, seek] = useSought();
  const [view, setView] = useView();
  const dags = useMemo(() => new Map(across.nodes.map((dag) => [dag.dag_id, dag])), [across]);
  const graph = useMemo(() => {
    const whole = graphOf(across, (edge) => edge.label ?? t(`label.${edge.kind}`));
    return matching(whole, sought);
  }, [across, sought, t]);
  const here = new Set(graph.tasks.map((dag) => dag.id));
  const kinds = KINDS.filter((kind) => across.edges.some((edge) => edge.kind === kind));
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <TextInput
          aria-label={t("search")}
          placeholder={t("search")}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={sought}
          onChange={(event) => seek(event.currentTarget.value)}
          w={{ base: "100%", xs: 300 }}
        />
        <SegmentedControl
          aria-label={t("view.label")}
          value={view}
          onChange={setView}
          data={[
            { value: "graph", label: t("view.graph") },
            { value: "table", label: t("view.table") },
          ]}
        />
      </Group>
      {view === "table" && (
        <EdgeTable
          dags={dags}
          edges={across.edges.filter((edge) => here.has(edge.source) && here.has(edge.target))}
        />
      )}
      {view === "graph" && (
        <>
          <Legend kinds={kinds} />
          {graph.tasks.length === 0 ? (
            <Empty title={t("common:table.noMatch")} />
          ) : (
            <DependenciesGraph graph={graph} dags={dags} />
          )}
        </>
      )}
    </Stack>
  );
}

function Legend({ kinds }: { kinds: readonly string[] }) {
  const { t } = useTranslation("dependencies");
  return (
    <Group gap="lg" role="list" aria-label={t("lines")}>
      {kinds.map((kind) => (
        <Group key={kind} gap={6} wrap="nowrap" role="listitem">
          <svg width="28" height="8" aria-hidden>
            <line x1="0" y1="4" x2="28" y2="4" className={`flow-sample ${LINES[kind] ?? ""}`} />
          </svg>
          <Text size="sm">{t(`line.${kind}`)}</Text>
        </Group>
      ))}
    </Group>
  );
}
