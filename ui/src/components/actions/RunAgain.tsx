import { Alert, Anchor, Text } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { useGet } from "../../api/query";
import { Lines, Loaded } from "../Query";
import { ActionDialog } from "./ActionDialog";
import { hasHidden } from "./conf";
import type { RunRef } from "./refs";
import { useAction } from "./useAction";

const Code = lazy(() => import("../Code"));

/** Makes a new run with the conf of this one. */
export function RunAgain({ run, onClose }: { run: RunRef; onClose: () => void }) {
  const { t } = useTranslation("actions");
  const navigate = useNavigate();
  const query = useGet("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}", {
    params: { path: { dag_id: run.dagId, dag_run_id: run.runId } },
  });
  const conf: Record<string, unknown> = query.data?.conf ?? {};
  const action = useAction({
    act: async () => {
      const { data } = await api.POST("/api/v2/dags/{dag_id}/dagRuns", {
        params: { path: { dag_id: run.dagId } },
        body: triggerBody(conf),
      });
      return data?.dag_run_id ?? "";
    },
    runs: [run],
    done: (name) => t("again.done", { name }),
    failed: t("again.failed"),
    onDone: (runId) => {
      onClose();
      void navigate({ to: "/dags/$dagId/runs/$runId", params: { dagId: run.dagId, runId } });
    },
  });
  const isHidden = hasHidden(conf);
  return (
    <ActionDialog
      title={t("again.title")}
      verb={t("again.verb")}
      isBusy={action.isPending}
      isIdle={!query.data || isHidden}
      onConfirm={() => action.mutate()}
      onClose={onClose}
    >
      <Text size="sm">{t("again.words", { name: run.runId })}</Text>
      <Loaded query={query} skeleton={<Lines count={3} />}>
        {() => (
          <Suspense fallback={<Lines count={3} />}>
            <Code
              text={JSON.stringify(conf, null, 2)}
              language="json"
              label={t("again.conf")}
              maxHeight="320px"
            />
          </Suspense>
        )}
      </Loaded>
      {isHidden && (
        <Alert color="orange" title={t("again.hiddenTitle")}>
          <Text size="sm">{t("again.hidden")}</Text>
          <Anchor
            size="sm"
            renderRoot={(props) => (
              <Link
                to="/dags/$dagId/trigger"
                params={{ dagId: run.dagId }}
                search={{ conf: JSON.stringify(conf) }}
                {...props}
              />
            )}
          >
            {t("again.form")}
          </Anchor>
        </Alert>
      )}
    </ActionDialog>
  );
}

function triggerBody(conf: Record<string, unknown>) {
  return {
    conf: conf as Record<string, never>,
    dag_run_id: null,
    data_interval_start: null,
    data_interval_end: null,
    run_after: null,
    note: null,
    partition_key: null,
  };
}
