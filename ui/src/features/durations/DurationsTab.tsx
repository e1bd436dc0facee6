/** How long runs and their tasks took, over time. */

import { Group, SegmentedControl, Select, Stack } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { Empty } from "../../components/Empty";
import { Loaded } from "../../components/Query";
import "./durations.css";
import { RunChart } from "./RunChart";
import { TaskChart } from "./TaskChart";

const NUMBERS = [25, 50, 90, 180, 365];
const SHOWN = 90;
type Look = "chart" | "table";

export default function DurationsTab() {
  const { t } = useTranslation("durations");
  const { dagId } = useParams({ from: "/inside/dags/$dagId" });
  const { num_runs: chosen } = useSearch({ from: "/inside/dags/$dagId" });
  const navigate = useNavigate();
  const [look, setLook] = useState<Look>("chart");
  const query = useGet(
    "/api/v2/ui/durations/{dag_id}",
    { params: { path: { dag_id: dagId }, query: { limit: chosen ?? SHOWN } } },
    { live: ["run"], keep: true },
  );
  return (
    <Stack>
      <Group justify="space-between" align="flex-end">
        <Select
          label={t("runs")}
          w={140}
          data={NUMBERS.map(String)}
          value={String(chosen ?? SHOWN)}
          allowDeselect={false}
          onChange={(value) =>
            void navigate({
              to: "/dags/$dagId/durations",
              params: { dagId },
              search: (former) => ({ ...former, num_runs: Number(value) }),
              replace: true,
            })
          }
        />
        <SegmentedControl
          size="xs"
          aria-label={t("look.label")}
          value={look}
          onChange={(value) => setLook(value as Look)}
          data={(["chart", "table"] as const).map((value) => ({
            value,
            label: t(`look.${value}`),
          }))}
        />
      </Group>
      <Loaded query={query}>
        {(data) =>
          data.runs.length === 0 ? (
            <Empty title={t("none")} />
          ) : (
            <Stack gap="lg">
              <RunChart dagId={dagId} durations={data} isTable={look === "table"} />
              <TaskChart durations={data} isTable={look === "table"} />
            </Stack>
          )
        }
      </Loaded>
    </Stack>
  );
}
