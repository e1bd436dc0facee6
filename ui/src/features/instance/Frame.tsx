/** What all views of a task in a run have around them: crumbs above, tabs below. */

import { ScrollArea, Tabs } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { Crumb } from "../../components/Page";
import type { Tab } from "./instance";
import { HERE } from "./route";

interface TaskKey {
  dagId: string;
  runId: string;
  taskId: string;
}

/** What leads to a task of a run; of one mapped instance also the task as a whole. */
export function useCrumbs(
  { dagId, runId, taskId }: TaskKey,
  names: { dag?: string; task?: string },
) {
  const { t } = useTranslation("common");
  const crumbs: Crumb[] = [
    { label: t("nav.dags"), link: { to: "/dags" } },
    {
      label: names.dag ?? dagId,
      link: { to: "/dags/$dagId/grid", params: { dagId }, search: { dag_run_id: runId } },
    },
    { label: runId, link: { to: "/dags/$dagId/runs/$runId", params: { dagId, runId } } },
  ];
  if (names.task !== undefined) {
    crumbs.push({ label: names.task, link: { to: HERE, params: { dagId, runId, taskId } } });
  }
  return crumbs;
}

interface InstanceTabsProps {
  tabs: readonly Tab[];
  tab: Tab;
}

export function InstanceTabs({ tabs, tab: chosen }: InstanceTabsProps) {
  const { t } = useTranslation("instance");
  return (
    <ScrollArea type="never">
      <Tabs value={chosen}>
        <Tabs.List style={{ flexWrap: "nowrap" }}>
          {tabs.map((tab) => (
            <Tabs.Tab
              key={tab}
              value={tab}
              renderRoot={(props) => (
                <Link
                  from={HERE}
                  to="."
                  search={({ map_index, try_number }) => ({
                    ...(map_index === undefined ? {} : { map_index }),
                    ...(try_number === undefined ? {} : { try_number }),
                    tab,
                  })}
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
