/** Which run of a DAG a page looks at: the latest, or one of the latest fifty. */

import { Group, Select, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useGet } from "../api/query";
import { toState } from "../lib/states";
import { dateTime } from "../lib/time";
import { useZone } from "../lib/zone";
import { StateIcon } from "./State";

interface RunPickerProps {
  dagId: string;
  /** None: the latest. */
  runId: string | undefined;
  onPick: (runId: string | undefined) => void;
}

const LATEST = "";
const COUNT = 50;

export function RunPicker({ dagId, runId, onPick }: RunPickerProps) {
  const { t } = useTranslation();
  const { zone } = useZone();
  const query = useGet(
    "/api/v2/dags/{dag_id}/dagRuns",
    {
      params: { path: { dag_id: dagId }, query: { limit: COUNT, order_by: ["-run_after"] } },
    },
    { live: ["run"] },
  );
  const runs = query.data?.dag_runs ?? [];
  const states = new Map(runs.map((run) => [run.dag_run_id, toState(run.state)]));
  const options = runs.map((run) => ({
    value: run.dag_run_id,
    label: `${dateTime(run.run_after, zone)} · ${t(`runType.${run.run_type}`)}`,
  }));
  if (runId !== undefined && query.data && !states.has(runId)) {
    options.push({ value: runId, label: runId });
  }
  const shown = runId === undefined ? runs[0]?.dag_run_id : runId;
  const state = shown === undefined ? undefined : states.get(shown);
  return (
    <Select
      aria-label={t("run.pick")}
      data={[{ value: LATEST, label: t("run.latest") }, ...options]}
      value={runId ?? LATEST}
      onChange={(value) => onPick(value || undefined)}
      allowDeselect={false}
      searchable
      w={{ base: "100%", xs: 270 }}
      maxDropdownHeight={320}
      nothingFoundMessage={t("table.noMatch")}
      leftSection={state ? <StateIcon state={state} /> : null}
      renderOption={({ option }) => {
        const own = states.get(option.value);
        return (
          <Group gap={8} wrap="nowrap">
            {own && <StateIcon state={own} />}
            <Text span size="sm">
              {option.label}
              {own && (
                <Text span size="xs" c="dimmed">
                  {" "}
                  {t(`state.${own}`)}
                </Text>
              )}
            </Text>
          </Group>
        );
      }}
    />
  );
}
