import { Badge, ScrollArea, Tabs } from "@mantine/core";
import { Link, Outlet, useParams, useRouterState } from "@tanstack/react-router";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { Page } from "../../components/Page";
import { Lines, Loaded, Waiting } from "../../components/Query";
import { DagActions } from "./DagActions";
import { DagSummary } from "./DagSummary";
import { TABS, tabOf } from "./tabs";
import { useTabKeys } from "./useTabKeys";

/** A DAG: its name, what it is about to do, and the tabs that look at it. */
export default function DagPage() {
  const { t } = useTranslation(["dag", "common"]);
  const { dagId } = useParams({ from: "/inside/dags/$dagId" });
  const query = useGet(
    "/api/v2/ui/details/{dag_id}",
    { params: { path: { dag_id: dagId } } },
    { live: ["dag", "import_errors"] },
  );
  const title = query.data?.dag_display_name ?? dagId;
  return (
    <Page
      title={title}
      crumbs={[{ label: t("common:nav.dags"), link: { to: "/dags" } }]}
      badge={query.data?.is_paused ? <Badge color="gray">{t("paused")}</Badge> : null}
      actions={query.data && <DagActions dag={query.data} />}
    >
      <Loaded query={query} skeleton={<Lines count={2} />}>
        {(dag) => <DagSummary dag={dag} />}
      </Loaded>
      {/* What the tab shows is asked for at the same time as what stands above it. */}
      {(query.data !== undefined || query.error === null) && (
        <>
          <DagTabs dagId={dagId} />
          <Suspense fallback={<Waiting />}>
            <Outlet />
          </Suspense>
        </>
      )}
    </Page>
  );
}

function DagTabs({ dagId }: { dagId: string }) {
  const { t } = useTranslation("dag");
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const here = tabOf(pathname);
  useTabKeys(dagId, here);
  return (
    <ScrollArea type="never">
      <Tabs value={here}>
        <Tabs.List style={{ flexWrap: "nowrap" }}>
          {TABS.map((tab) => (
            <Tabs.Tab
              key={tab}
              value={tab}
              renderRoot={(props) => (
                <Link
                  to={`/dags/$dagId/${tab}`}
                  params={{ dagId }}
                  search={(former) => former}
                  {...props}
                />
              )}
            >
              {t(`tab.${tab}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
    </ScrollArea>
  );
}
