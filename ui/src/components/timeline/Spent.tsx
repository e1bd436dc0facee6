/** What time was spent on, in words, with the way to what can be done about it. */

import { Anchor } from "@mantine/core";
import { Link, type LinkProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

const POOLS: LinkProps = { to: "/admin/pools" };
const JOBS: LinkProps = { to: "/browse/jobs" };

const ofDag = (dagId: string): LinkProps => ({ to: "/dags/$dagId/details", params: { dagId } });
const runsOf = (dagId: string): LinkProps => ({ to: "/dags/$dagId/runs", params: { dagId } });

/** Where a reason is looked into; the others have no page of their own. */
const PLACES: Readonly<Record<string, (dagId: string) => LinkProps>> = {
  pool_full: () => POOLS,
  pool_too_small: () => POOLS,
  pool_missing: () => POOLS,
  parallelism: () => JOBS,
  no_slot: () => JOBS,
  no_worker: () => JOBS,
  no_scheduler: () => JOBS,
  max_active_tasks: ofDag,
  max_active_tis_per_dag: ofDag,
  max_active_tis_per_dagrun: ofDag,
  dag_paused: ofDag,
  run_queued: runsOf,
  depends_on_past: runsOf,
  wait_for_downstream: runsOf,
};

interface SpentProps {
  dagId: string;
  phase: string;
  reason: string | null;
}

export function Spent({ dagId, phase, reason }: SpentProps) {
  const { t } = useTranslation("timeline");
  const words =
    phase === "waiting" && reason !== null
      ? t(`wait.${reason}`, { defaultValue: reason })
      : t(`phase.${phase}`, { defaultValue: phase });
  const place = reason === null ? undefined : PLACES[reason]?.(dagId);
  if (!place) return <span>{words}</span>;
  return (
    <Anchor inherit renderRoot={(props) => <Link {...place} {...props} />}>
      {words}
    </Anchor>
  );
}
