import { ActionIcon, Button, Group, Menu, Switch } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconDots,
  IconPlayerPlay,
  IconRefresh,
  IconStar,
  IconStarFilled,
  IconTrash,
} from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { useMay } from "../../api/me";
import type { Answer } from "../../api/query";
import { DeleteDag, useReparse } from "../../components/dags/DagChores";
import { notifyProblem } from "../../components/notify";

export type Dag = Answer<"/api/v2/ui/details/{dag_id}">;

/** Switch it on and off, trigger it, and what is done seldom. */
export function DagActions({ dag }: { dag: Dag }) {
  const { t } = useTranslation(["dag", "common"]);
  const may = useMay();
  return (
    <Group gap="sm">
      <PauseSwitch dag={dag} />
      {may("can_create", "DAG Runs", dag.dag_id) && (
        <Button
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          renderRoot={(props) => (
            <Link to="/dags/$dagId/trigger" params={{ dagId: dag.dag_id }} {...props} />
          )}
        >
          {t("common:action.trigger")}
        </Button>
      )}
      <Star dag={dag} />
      {may("can_edit", "DAGs", dag.dag_id) && <MoreMenu dag={dag} />}
    </Group>
  );
}

function PauseSwitch({ dag }: { dag: Dag }) {
  const { t } = useTranslation("dag");
  const may = useMay();
  const client = useQueryClient();
  const pause = useMutation({
    mutationFn: async (isPaused: boolean) =>
      api.PATCH("/api/v2/dags/{dag_id}", {
        params: { path: { dag_id: dag.dag_id } },
        body: { is_paused: isPaused },
      }),
    onSuccess: () => client.invalidateQueries(),
    onError: (error) => notifyProblem(t("pauseFailed"), error),
  });
  return (
    <Switch
      checked={!(pause.isPending ? pause.variables : dag.is_paused)}
      onChange={(event) => pause.mutate(!event.currentTarget.checked)}
      disabled={!may("can_edit", "DAGs", dag.dag_id)}
      label={t("active")}
      aria-label={t("switch", { name: dag.dag_display_name })}
    />
  );
}

function Star({ dag }: { dag: Dag }) {
  const { t } = useTranslation("dags");
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: async (isFavourite: boolean) => {
      const params = { path: { dag_id: dag.dag_id } };
      if (isFavourite) await api.POST("/api/v2/dags/{dag_id}/favorite", { params });
      else await api.POST("/api/v2/dags/{dag_id}/unfavorite", { params });
    },
    onSuccess: () => client.invalidateQueries(),
    onError: (error) => notifyProblem(t("favourite.failed"), error),
  });
  const isFavourite = change.isPending ? change.variables : dag.is_favorite;
  const Shape = isFavourite ? IconStarFilled : IconStar;
  return (
    <ActionIcon
      variant="default"
      size="lg"
      aria-label={t("favourite.of", { name: dag.dag_display_name })}
      aria-pressed={isFavourite}
      onClick={() => change.mutate(!isFavourite)}
    >
      <Shape size={16} />
    </ActionIcon>
  );
}

function MoreMenu({ dag }: { dag: Dag }) {
  const { t } = useTranslation(["dag", "common"]);
  const may = useMay();
  const navigate = useNavigate();
  const [isAsking, ask] = useDisclosure(false);
  const ref = { id: dag.dag_id, name: dag.dag_display_name, file: dag.relative_fileloc };
  const reparse = useReparse(ref);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size="lg" aria-label={t("common:action.more")}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconRefresh size={16} />} onClick={() => reparse.mutate()}>
            {t("reparse")}
          </Menu.Item>
          {may("can_delete", "DAGs", dag.dag_id) && (
            <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={ask.open}>
              {t("common:action.delete")}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {isAsking && (
        <DeleteDag dag={ref} onClose={ask.close} onDone={() => void navigate({ to: "/dags" })} />
      )}
    </>
  );
}
