/** When the DAG ran and will run: a year by days, or a month by hours. */

import { Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { Loaded } from "../../components/Query";
import { compact } from "../../lib/dagSearch";
import { useNow } from "../../lib/now";
import { dateOnly, fromWallClock } from "../../lib/time";
import { useZone } from "../../lib/zone";
import "./calendar.css";
import { Changes } from "./Changes";
import type { View } from "./cells";
import { Legend } from "./Legend";
import { MonthMap } from "./MonthMap";
import { Pager } from "./Pager";
import { movedMonth, periodOf, type Span } from "./weeks";
import { YearMap } from "./YearMap";

/** First and last moment of a year (`2026`) or month (`2026-03`) in a zone. */
function bounds(span: Span, period: string, zone: string) {
  const next = span === "year" ? String(Number(period) + 1) : movedMonth(period, 1);
  const first = (text: string) => fromWallClock(`${text}${span === "year" ? "-01" : ""}-01`, zone);
  return { start_date: first(period) ?? "", end_date: first(next) ?? "" };
}

export default function CalendarTab() {
  const { t } = useTranslation("calendar");
  const { dagId } = useParams({ from: "/inside/dags/$dagId" });
  const { zone } = useZone();
  const today = dateOnly(useNow(), zone);
  const search = useSearch({ from: "/inside/dags/$dagId/calendar" });
  const navigate = useNavigate({ from: "/dags/$dagId/calendar" });
  const { span = "year", colours: view = "state" } = search;
  const change = (next: { span?: Span; colours?: View; period?: string | undefined }) =>
    void navigate({
      search: (former) => compact({ ...former, ...next }),
      replace: true,
      resetScroll: false,
    });
  const period = periodOf(span, search.period) ?? today.slice(0, span === "year" ? 4 : 7);
  const query = useGet(
    "/api/v2/ui/calendar/{dag_id}",
    {
      params: {
        path: { dag_id: dagId },
        query: {
          ...bounds(span, period, zone),
          granularity: span === "year" ? "day" : "hour",
          timezone: zone,
        },
      },
    },
    { live: ["run", "dag"], keep: true },
  );
  return (
    <Stack>
      <Group justify="space-between">
        <Pager
          period={period}
          onMove={(by) =>
            change({
              period: span === "year" ? String(Number(period) + by) : movedMonth(period, by),
            })
          }
          onToday={() => change({ period: undefined })}
        />
        <Group gap="sm">
          <Choice
            name="span"
            value={span}
            values={["year", "month"]}
            onChange={(next) => change({ span: next, period: undefined })}
          />
          <Choice
            name="view"
            value={view}
            values={["state", "failed"]}
            onChange={(next) => change({ colours: next })}
          />
        </Group>
      </Group>
      <Loaded query={query}>
        {(plan) => (
          <Stack>
            {span === "year" ? (
              <YearMap dagId={dagId} plan={plan} year={Number(period)} view={view} today={today} />
            ) : (
              <MonthMap dagId={dagId} plan={plan} month={period} view={view} today={today} />
            )}
            <Legend view={view} />
            {plan.is_paused && plan.cells.some((cell) => cell.planned > 0) && (
              <Text size="sm" c="dimmed">
                {t("paused")}
              </Text>
            )}
            <Changes changes={plan.changes} zone={plan.timezone} />
            <Text size="sm" c="dimmed">
              {t("zone", { zone: plan.timezone })}
            </Text>
          </Stack>
        )}
      </Loaded>
    </Stack>
  );
}

interface ChoiceProps<Value extends string> {
  /** A key of the texts: its `label` and its values are there. */
  name: "span" | "view";
  value: Value;
  values: readonly Value[];
  onChange: (value: Value) => void;
}

function Choice<Value extends string>({ name, value, values, onChange }: ChoiceProps<Value>) {
  const { t } = useTranslation("calendar");
  return (
    <SegmentedControl
      size="xs"
      aria-label={t(`${name}.label`)}
      value={value}
      onChange={(next) => onChange(next as Value)}
      data={values.map((each) => ({ value: each, label: t(`${name}.${each as string}`) }))}
    />
  );
}
