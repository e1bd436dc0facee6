import { Alert, Group, Stack, Text } from "@mantine/core";
import { IconCircleMinus, IconCirclePlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { api, type ApiProblem } from "../../api/client";
import type { components } from "../../api/schema";
import { DataTable, type Column } from "../../components/DataTable";
import { Lines } from "../../components/Query";
import { Time } from "../../components/Time";
import { toState } from "../../lib/states";
import { dateTime } from "../../lib/time";
import { useZone } from "../../lib/zone";
import { countsOf, reasonOf, type Body, type Planned } from "./plan";

type Plan = components["schemas"]["DryRunCollection"];

/** Asks what a backfill would do; with no body nothing is asked. */
export function useDryRun(body: Body | null): UseQueryResult<Plan, ApiProblem> {
  return useQuery<Plan, ApiProblem>({
    queryKey: ["/api/v2/backfills/dry_run", { body }],
    queryFn: async ({ signal }) => {
      const { data } = await api.POST("/api/v2/backfills/dry_run", { body: body as Body, signal });
      return data as Plan;
    },
    enabled: body !== null,
    retry: false,
    placeholderData: body === null ? undefined : keepPreviousData,
    meta: { live: ["run"] },
  });
}

interface DryRunProps {
  query: UseQueryResult<Plan, ApiProblem>;
  /** The form says enough to ask. */
  isAsked: boolean;
}

/** Which runs there would be, and which are left out and why. */
export function DryRun({ query, isAsked }: DryRunProps) {
  const { t } = useTranslation("backfills");
  const columns = useColumns();
  if (!isAsked) {
    return (
      <Text size="sm" c="dimmed">
        {t("plan.none")}
      </Text>
    );
  }
  if (query.error) {
    return (
      <Alert color="red" title={t("plan.failed")} role="alert">
        <Text size="sm" className="wrapped">
          {query.error.message}
        </Text>
      </Alert>
    );
  }
  if (!query.data) return <Lines count={3} />;
  const { runs, leftOut } = countsOf(query.data.backfills);
  return (
    <Stack gap="xs" role="status">
      <Text size="sm" fw={600}>
        {runs === 0 ? t("plan.nothing") : t("plan.runs", { count: runs })}
        {leftOut > 0 && <> · {t("leftOutCount", { count: leftOut })}</>}
      </Text>
      {query.data.backfills.length > 0 && (
        <DataTable<Planned>
          label={t("plan.label")}
          rows={query.data.backfills}
          keyOf={(row) => row.logical_date}
          columns={columns}
          maxHeight="16rem"
          rowHeight={34}
        />
      )}
    </Stack>
  );
}

function useColumns(): Column<Planned>[] {
  const { t } = useTranslation("backfills");
  return useMemo(
    () => [
      {
        id: "date",
        header: t("plan.date"),
        cell: (row) => <Time at={row.logical_date} />,
        width: "11rem",
      },
      {
        id: "what",
        header: t("plan.what"),
        cell: (row) => <What leftOut={row.left_out} />,
        width: "minmax(10rem, 1fr)",
      },
    ],
    [t],
  );
}

function What({ leftOut }: { leftOut: string | null }) {
  const { t } = useTranslation(["backfills", "common"]);
  const { zone } = useZone();
  const words = (text: string) => {
    const reason = reasonOf(text);
    if (reason.key === "other") return reason.words;
    if (reason.key === "notDue") return t("reason.notDue", { at: dateTime(reason.at, zone) });
    return t(`reason.${reason.key}`, { state: t(`common:state.${toState(reason.state)}`) });
  };
  const Icon = leftOut === null ? IconCirclePlus : IconCircleMinus;
  return (
    <Group gap={6} wrap="nowrap" c={leftOut === null ? undefined : "dimmed"}>
      <Icon size={16} aria-hidden style={{ flexShrink: 0 }} />
      <Text size="sm">
        {leftOut === null ? t("plan.isRun") : t("plan.leftOut", { why: words(leftOut) })}
      </Text>
    </Group>
  );
}
