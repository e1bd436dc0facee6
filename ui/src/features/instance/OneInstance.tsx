import { Badge, Group } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { InstanceActions } from "../../components/actions/InstanceActions";
import { instanceName } from "../../components/actions/refs";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/Query";
import { StateLabel } from "../../components/State";
import { InstanceTabs, useCrumbs } from "./Frame";
import { InstanceStrip } from "./InstanceStrip";
import {
  chosenTab,
  chosenTry,
  isToCome,
  tabsOf,
  triesOf,
  type InstanceKey,
  type Sheet,
} from "./instance";
import { InstanceView } from "./InstanceView";
import { ROUTE } from "./route";
import { TryPicker } from "./TryPicker";

/** One task instance: how it stands, and the tabs that look at it. */
export function OneInstance({ instanceKey }: { instanceKey: InstanceKey }) {
  const { dagId, runId, taskId, mapIndex } = instanceKey;
  const query = useGet(
    "/api/v2/ui/instance/{dag_id}/{dag_run_id}/{task_id}",
    {
      params: {
        path: { dag_id: dagId, dag_run_id: runId, task_id: taskId },
        query: { map_index: mapIndex },
      },
    },
    { live: ["task_instances", "run"] },
  );
  const instance = query.data?.instance;
  const name = instance?.task_display_name ?? taskId;
  const crumbs = useCrumbs(instanceKey, {
    ...(instance ? { dag: instance.dag_display_name } : {}),
    ...(mapIndex >= 0 ? { task: name } : {}),
  });
  return (
    <Page
      title={instanceName(name, mapIndex)}
      crumbs={crumbs}
      badge={instance && <Badges sheet={query.data as Sheet} />}
      actions={instance && <InstanceActions {...instanceKey} state={instance.state} />}
    >
      <Loaded query={query}>{(sheet) => <Body instanceKey={instanceKey} sheet={sheet} />}</Loaded>
    </Page>
  );
}

function Badges({ sheet }: { sheet: Sheet }) {
  const { t } = useTranslation("instance");
  const { instance } = sheet;
  return (
    <Group gap="sm">
      <StateLabel state={instance.state} />
      {instance.rendered_map_index && (
        <Badge variant="light" color="gray" tt="none" maw={320} title={instance.rendered_map_index}>
          {instance.rendered_map_index}
        </Badge>
      )}
      {sheet.is_setup && <Badge variant="outline">{t("kind.setup")}</Badge>}
      {sheet.is_teardown && <Badge variant="outline">{t("kind.teardown")}</Badge>}
    </Group>
  );
}

function Body({ instanceKey, sheet }: { instanceKey: InstanceKey; sheet: Sheet }) {
  const { dagId, runId, taskId, mapIndex } = instanceKey;
  const search = useSearch({ from: ROUTE });
  const query = useGet(
    "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/{map_index}/attempts",
    {
      params: { path: { dag_id: dagId, dag_run_id: runId, task_id: taskId, map_index: mapIndex } },
    },
    { live: ["task_instances", "run"] },
  );
  return (
    <Loaded query={query}>
      {({ attempts }) => {
        const tries = triesOf(attempts, sheet.instance);
        const chosen = chosenTry(tries, search.try_number);
        const tabs = tabsOf(sheet);
        const tab = chosenTab(tabs, search.tab, tries.length > 0 && !isToCome(sheet.instance));
        return (
          <>
            <InstanceStrip
              sheet={sheet}
              picker={chosen && <TryPicker tries={tries} chosen={chosen} />}
              chosen={chosen}
              hasCause={tab !== "attempts"}
            />
            <InstanceTabs tabs={tabs} tab={tab} />
            <InstanceView
              tab={tab}
              instanceKey={instanceKey}
              sheet={sheet}
              tries={tries}
              chosen={chosen}
            />
          </>
        );
      }}
    </Loaded>
  );
}
