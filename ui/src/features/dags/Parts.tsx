/** What a row and a card of the list are made of. Plain elements: a list draws thousands of them
    while it is scrolled. */

import { VisuallyHidden } from "@mantine/core";
import { IconAlertTriangle, IconPlayerPlay, IconStar, IconStarFilled } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import { memo } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../api/me";
import { useActivity } from "../../components/dags/activity";
import { Hint } from "../../components/Hint";
import { notifyProblem } from "../../components/notify";
import { StateIcon } from "../../components/State";
import { Time } from "../../components/Time";
import type { DagRow } from "./rows";
import { useChangeDag } from "./table";

interface PartProps {
  dag: DagRow;
}

export function Star({ dag }: PartProps) {
  const { t } = useTranslation("dags");
  const change = useChangeDag((error) => notifyProblem(t("favourite.failed"), error));
  const Shape = dag.isFavourite ? IconStarFilled : IconStar;
  return (
    <button
      type="button"
      className="dag-button dag-star"
      aria-label={t("favourite.of", { name: dag.name })}
      aria-pressed={dag.isFavourite}
      onClick={() => change.mutate({ dagId: dag.id, isFavourite: !dag.isFavourite })}
    >
      <Shape size={16} aria-hidden />
    </button>
  );
}

export const PauseSwitch = memo(function PauseSwitch({ dag }: PartProps) {
  const { t } = useTranslation("dags");
  const may = useMay();
  const change = useChangeDag((error) => notifyProblem(t("pause.failed"), error));
  return (
    <input
      type="checkbox"
      role="switch"
      className="dag-switch"
      checked={!dag.isPaused}
      aria-checked={!dag.isPaused}
      disabled={!may("can_edit", "DAGs", dag.id)}
      aria-label={t("pause.of", { name: dag.name })}
      onChange={(event) => change.mutate({ dagId: dag.id, isPaused: !event.currentTarget.checked })}
    />
  );
});

/** The name, which leads to the DAG; its id if that differs; a sign for a broken file. */
export function Name({ dag }: PartProps) {
  const { t } = useTranslation("dags");
  return (
    <div className="dag-name">
      <div className="dag-line">
        <Hint label={dag.description} className="dag-hint">
          <Link to="/dags/$dagId/grid" params={{ dagId: dag.id }} className="dag-link">
            {dag.name}
          </Link>
        </Hint>
        {dag.isBroken && (
          <Hint label={t("broken")}>
            <IconAlertTriangle
              size={16}
              color="var(--state-failed)"
              role="img"
              aria-label={t("broken")}
              className="dag-broken"
            />
          </Hint>
        )}
      </div>
      {dag.name !== dag.id && (
        <div className="dag-id" title={dag.id}>
          {dag.id}
        </div>
      )}
    </div>
  );
}

const TAGS_SHOWN = 3;

/** Each narrows the list to itself. */
export function Tags({ dag }: PartProps) {
  const { t } = useTranslation("dags");
  const navigate = useNavigate({ from: "/dags" });
  if (dag.tags.length === 0) return null;
  const add = (tag: string) =>
    void navigate({
      search: (old) => ({ ...old, tags: [...new Set([...(old.tags ?? []), tag])] }),
      replace: true,
    });
  const rest = dag.tags.slice(TAGS_SHOWN);
  return (
    <div className="dag-tags">
      {dag.tags.slice(0, TAGS_SHOWN).map((tag) => (
        <button
          key={tag}
          type="button"
          title={t("tag.only", { tag })}
          onClick={() => add(tag)}
          className="dag-tag"
        >
          {tag}
        </button>
      ))}
      {rest.length > 0 && (
        <Hint label={rest.join(", ")} className="dag-tags-rest">
          +{rest.length}
        </Hint>
      )}
    </div>
  );
}

/** State and age of the latest run, as fresh as what is known of the DAG's activity. */
export const Latest = memo(function Latest({ dag }: PartProps) {
  const { t } = useTranslation(["dags", "common"]);
  const fresh = useActivity(dag.id).data?.runs[0];
  const id = fresh?.[0] ?? dag.latest?.id;
  const state = fresh?.[1] ?? dag.latest?.state;
  if (id === undefined || state === undefined) {
    return <span className="dag-faint">{t("common:time.none")}</span>;
  }
  const at = fresh ? (fresh[4] ?? fresh[3]) : (dag.latest?.startedAt ?? dag.latest?.runAfter);
  return (
    <div className="dag-line">
      <StateIcon state={state} />
      <Link
        to="/dags/$dagId/runs/$runId"
        params={{ dagId: dag.id, runId: id }}
        preload={false}
        className="dag-run-link"
      >
        <VisuallyHidden>
          {t("runs.latestOf", { name: dag.name, state: t(`common:state.${state}`) })}
        </VisuallyHidden>
        <Time at={at} isRelative />
      </Link>
    </div>
  );
});

export const NextRun = memo(function NextRun({ dag }: PartProps) {
  const { t } = useTranslation(["dags", "common"]);
  const words = dag.isPaused ? t("paused") : t("common:time.none");
  return dag.isPaused || dag.nextRunAfter === null ? (
    <span className="dag-faint">{words}</span>
  ) : (
    <Time at={dag.nextRunAfter} isRelative />
  );
});

export function TriggerLink({ dag }: PartProps) {
  const { t } = useTranslation("dags");
  const may = useMay();
  if (!may("can_create", "DAG Runs", dag.id)) return null;
  return (
    <Hint label={t("trigger")}>
      <Link
        to="/dags/$dagId/trigger"
        params={{ dagId: dag.id }}
        className="dag-button"
        aria-label={t("triggerOf", { name: dag.name })}
      >
        <IconPlayerPlay size={18} aria-hidden />
      </Link>
    </Hint>
  );
}
