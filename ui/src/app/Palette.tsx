/** Ctrl/Cmd-K: any page, DAG, run or task. */

import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight, spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { IconBinaryTree2, IconListCheck, IconSearch, IconSubtask } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../api/me";
import { useGet } from "../api/query";
import { MENU } from "./menu";

export default function Palette() {
  const { t } = useTranslation();
  // It is loaded when it is wanted for the first time.
  useEffect(() => spotlight.open(), []);
  const [query, setQuery] = useState("");
  const pages = usePages();
  const found = useFound(query);
  return (
    <Spotlight
      query={query}
      onQueryChange={setQuery}
      actions={[...pages, ...found]}
      filter={(word, actions) => filtered(word, actions)}
      nothingFound={t("palette.nothing")}
      shortcut={null}
      scrollable
      maxHeight={420}
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: t("palette.hint"),
        "aria-label": t("palette.open"),
      }}
    />
  );
}

type Actions = React.ComponentProps<typeof Spotlight>["actions"];

function isGroup(action: Actions[number]): action is SpotlightActionGroupData {
  return "actions" in action;
}

/** Pages by their names; what the server has found stays as it is. */
function filtered(word: string, actions: Actions): Actions {
  const wanted = word.trim().toLowerCase();
  const groups = actions.filter(isGroup).map((group) => ({
    ...group,
    actions: group.actions.filter(
      (action) =>
        action.keywords === "found" || (action.label ?? "").toLowerCase().includes(wanted),
    ),
  }));
  return groups.filter((group) => group.actions.length > 0);
}

function usePages(): SpotlightActionGroupData[] {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const items = MENU.flatMap((group) => group.items);
  const actions = items
    .filter((item) => !item.resource || may("can_read", item.resource))
    .map((item) => ({
      id: item.to,
      label: t(`nav.${item.name}`),
      leftSection: <item.icon size={18} aria-hidden />,
      onClick: () => void navigate({ to: item.to }),
    }));
  return [{ group: t("palette.pages"), actions }];
}

function useFound(query: string): SpotlightActionGroupData[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [word] = useDebouncedValue(query.trim(), 120);
  const { data } = useGet(
    "/api/v2/ui/search",
    { params: { query: { q: word } } },
    { enabled: word.length > 0, keep: true },
  );
  if (!data || word === "") return [];
  const dags = data.dags.map((dag) => ({
    id: `dag ${dag.dag_id}`,
    keywords: "found",
    label: dag.display_name,
    description: dag.display_name === dag.dag_id ? "" : dag.dag_id,
    leftSection: <IconBinaryTree2 size={18} aria-hidden />,
    onClick: () => void navigate({ to: "/dags/$dagId/grid", params: { dagId: dag.dag_id } }),
  }));
  const runs = data.runs.map((run) => ({
    id: `run ${run.dag_id} ${run.dag_run_id}`,
    keywords: "found",
    label: run.dag_run_id,
    description: run.dag_id,
    leftSection: <IconListCheck size={18} aria-hidden />,
    onClick: () =>
      void navigate({
        to: "/dags/$dagId/runs/$runId",
        params: { dagId: run.dag_id, runId: run.dag_run_id },
      }),
  }));
  const tasks = data.tasks.map((task) => ({
    id: `task ${task.dag_id} ${task.task_id}`,
    keywords: "found",
    label: task.task_id,
    description: task.dag_id,
    leftSection: <IconSubtask size={18} aria-hidden />,
    onClick: () =>
      void navigate({
        to: "/dags/$dagId/grid",
        params: { dagId: task.dag_id },
        search: { task_id: task.task_id },
      }),
  }));
  return [
    { group: t("palette.dags"), actions: dags },
    { group: t("palette.runs"), actions: runs },
    { group: t("palette.tasks"), actions: tasks },
  ].filter((group) => group.actions.length > 0);
}
