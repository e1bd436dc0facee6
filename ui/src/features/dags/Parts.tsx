/** What a row and a card of the list are made of. */

import { ActionIcon, Anchor, Badge, Group, Switch, Text, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconPlayerPlay, IconStar, IconStarFilled } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useMay } from "../../api/me";
import { useActivity } from "../../components/dags/activity";
import { StateIcon } from "../../components/State";
import { notifyProblem } from "../../components/notify";
import { Time } from "../../components/Time";
import type { DagRow } from "./rows";
import { useChangeDag } from "./table";

export function Star({ dag }: { dag: DagRow }) {
  const { t } = useTranslation("dags");
  const change = useChangeDag((error) => notifyProblem(t("favourite.failed"), error));
  const Shape = dag.isFavourite ? IconStarFilled : IconStar;
  return (
    <ActionIcon
      variant="subtle"
      color={dag.isFavourite ? "yellow" : "gray"}
      size="sm"
      aria-label={t("favourite.of", { name: dag.name })}
      aria-pressed={dag.isFavourite}
      onClick={() => change.mutate({ dagId: dag.id, isFavourite: !dag.isFavourite })}
    >
      <Shape size={16} />
    </ActionIcon>
  );
}

export function PauseSwitch({ dag }: { dag: DagRow }) {
  const { t } = useTranslation("dags");
  const may = useMay();
  const change = useChangeDag((error) => notifyProblem(t("pause.failed"), error));
  return (
    <Switch
      size="sm"
      checked={!dag.isPaused}
      disabled={!may("can_edit", "DAGs", dag.id)}
      aria-label={t("pause.of", { name: dag.name })}
      onChange={(event) => change.mutate({ dagId: dag.id, isPaused: !event.currentTarget.checked })}
    />
  );
}

/** The name, which leads to the DAG; its id if that differs; a sign for a broken file. */
export function Name({ dag }: { dag: DagRow }) {
  const { t } = useTranslation("dags");
  return (
    <div className="dag-name">
      <Group gap={6} wrap="nowrap">
        <Tooltip label={dag.description} disabled={!dag.description} multiline maw={420}>
          <Anchor
            fw={600}
            size="sm"
            className="dag-link"
            renderRoot={(props) => (
              <Link to="/dags/$dagId/grid" params={{ dagId: dag.id }} {...props} />
            )}
          >
            {dag.name}
          </Anchor>
        </Tooltip>
        {dag.isBroken && (
          <Tooltip label={t("broken")}>
            <IconAlertTriangle
              size={16}
              color="var(--state-failed)"
              role="img"
              aria-label={t("broken")}
              className="dag-broken"
            />
          </Tooltip>
        )}
      </Group>
      {dag.name !== dag.id && (
        <Text size="xs" c="dimmed" truncate title={dag.id}>
          {dag.id}
        </Text>
      )}
    </div>
  );
}

const TAGS_SHOWN = 4;

/** Each narrows the list to itself. */
export function Tags({ dag }: { dag: DagRow }) {
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
    <Group gap={4} wrap="nowrap" className="dag-tags">
      {dag.tags.slice(0, TAGS_SHOWN).map((tag) => (
        <Badge
          key={tag}
          component="button"
          variant="default"
          size="sm"
          tt="none"
          fw={400}
          title={t("tag.only", { tag })}
          onClick={() => add(tag)}
          className="dag-tag"
        >
          {tag}
        </Badge>
      ))}
      {rest.length > 0 && (
        <Tooltip label={rest.join(", ")}>
          <Text span size="xs" c="dimmed" className="dag-tags-rest">
            +{rest.length}
          </Text>
        </Tooltip>
      )}
    </Group>
  );
}

/** State and age of the latest run, as fresh as what is known of the DAG's activity. */
export function Latest({ dag }: { dag: DagRow }) {
  const { t } = useTranslation(["dags", "common"]);
  const fresh = useActivity(dag.id).data?.runs[0];
  const id = fresh?.[0] ?? dag.latest?.id;
  const state = fresh?.[1] ?? dag.latest?.state;
  if (id === undefined || state === undefined) {
    return (
      <Text span size="sm" c="dimmed">
        {t("runs.none")}
      </Text>
    );
  }
  const at = fresh ? (fresh[4] ?? fresh[3]) : (dag.latest?.startedAt ?? dag.latest?.runAfter);
  return (
    <Group gap={6} wrap="nowrap" miw={0}>
      <StateIcon state={state} />
      <Anchor
        size="sm"
        c="inherit"
        aria-label={t("runs.latestOf", { name: dag.name, state: t(`common:state.${state}`) })}
        renderRoot={(props) => (
          <Link
            to="/dags/$dagId/runs/$runId"
            params={{ dagId: dag.id, runId: id }}
            preload={false}
            {...props}
          />
        )}
      >
        <Time at={at} isRelative />
      </Anchor>
    </Group>
  );
}

export function NextRun({ dag }: { dag: DagRow }) {
  const { t } = useTranslation(["dags", "common"]);
  const words = dag.isPaused ? t("paused") : t("common:time.none");
  return dag.isPaused || dag.nextRunAfter === null ? (
    <Text span size="sm" c="dimmed">
      {words}
    </Text>
  ) : (
    <Text span size="sm">
      <Time at={dag.nextRunAfter} isRelative />
    </Text>
  );
}

export function TriggerLink({ dag }: { dag: DagRow }) {
  const { t } = useTranslation("dags");
  const may = useMay();
  if (!may("can_create", "DAG Runs", dag.id)) return null;
  return (
    <Tooltip label={t("trigger")}>
      <ActionIcon
        variant="subtle"
        aria-label={t("triggerOf", { name: dag.name })}
        renderRoot={(props) => (
          <Link to="/dags/$dagId/trigger" params={{ dagId: dag.id }} {...props} />
        )}
      >
        <IconPlayerPlay size={18} />
      </ActionIcon>
    </Tooltip>
  );
}
