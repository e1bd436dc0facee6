import { Badge } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { InstanceActions } from "../../components/actions/InstanceActions";
import { Page } from "../../components/Page";
import { Loaded, Waiting } from "../../components/Query";
import { worst } from "../../lib/states";
import { InstanceTabs, useCrumbs } from "./Frame";
import type { Tab } from "./instance";
import { countsOf, totalOf, type MappedAnswer } from "./mapped";
import { MappedTable } from "./MappedTable";
import { ROUTE } from "./route";
import { TaskFacts } from "./TaskFacts";

const DocsTab = lazy(() => import("./DocsTab"));

interface MappedPageProps {
  taskKey: { dagId: string; runId: string; taskId: string };
  answer: MappedAnswer;
}

/** A mapped task in a run: all of its instances. */
export function MappedPage({ taskKey, answer }: MappedPageProps) {
  const { t } = useTranslation("instance");
  const { dagId, runId, taskId } = taskKey;
  const key = useMemo(() => ({ dagId, runId, taskId }), [dagId, runId, taskId]);
  const { tab: wanted } = useSearch({ from: ROUTE });
  const first = answer.rows[0]?.[0] ?? 0;
  // What is the same for all of them, the first one tells.
  const query = useGet("/api/v2/ui/instance/{dag_id}/{dag_run_id}/{task_id}", {
    params: {
      path: { dag_id: dagId, dag_run_id: runId, task_id: taskId },
      query: { map_index: first },
    },
  });
  const sheet = query.data;
  const tabs: Tab[] = ["mapped", "details", ...(sheet?.doc ? (["docs"] as const) : [])];
  const tab = tabs.find((one) => one === wanted) ?? "mapped";
  const crumbs = useCrumbs(key, sheet ? { dag: sheet.instance.dag_display_name } : {});
  const state = worst(countsOf(answer).map(([one]) => one));
  return (
    <Page
      title={sheet?.instance.task_display_name ?? taskId}
      crumbs={crumbs}
      badge={
        <Badge variant="light" color="gray" tt="none">
          {t("mapped.badge", { count: totalOf(answer), shown: totalOf(answer).toLocaleString() })}
        </Badge>
      }
      actions={<InstanceActions {...key} mapIndex={-1} isMapped state={state} />}
    >
      <InstanceTabs tabs={tabs} tab={tab} />
      {tab === "mapped" ? (
        <MappedTable taskKey={key} answer={answer} />
      ) : (
        <Loaded query={query}>
          {(found) =>
            tab === "docs" ? (
              <Suspense fallback={<Waiting />}>
                <DocsTab text={found.doc ?? ""} format={found.doc_format} />
              </Suspense>
            ) : (
              <TaskFacts dagId={dagId} runId={runId} sheet={found} />
            )
          }
        </Loaded>
      )}
    </Page>
  );
}
