import { Button, Group, Switch } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { useMay } from "../../api/me";
import type { Answer } from "../../api/query";
import { notifyProblem } from "../../components/notify";

type Dag = Answer<"/api/v2/dags/{dag_id}">;

/** Switch it on and off, trigger it. */
export function DagActions({ dag }: { dag: Dag }) {
  const { t } = useTranslation(["dag", "common"]);
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
    <Group gap="sm">
      <Switch
        checked={!(pause.isPending ? pause.variables : dag.is_paused)}
        onChange={(event) => pause.mutate(!event.currentTarget.checked)}
        disabled={!may("can_edit", "DAGs", dag.dag_id)}
        label={t("active")}
        aria-label={t("switch", { name: dag.dag_display_name })}
      />
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
    </Group>
  );
}
