import { Anchor, Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { Run } from "./types";

const VIEWS = ["grid", "graph", "gantt"] as const;

/** The views of the DAG that show this run. */
export function RunLinks({ run }: { run: Run }) {
  const { t } = useTranslation("run");
  return (
    <Group gap="md" px="sm" py={4} component="nav" aria-label={t("views")}>
      {VIEWS.map((view) => (
        <Anchor
          key={view}
          size="sm"
          renderRoot={(props) => (
            <Link
              to={`/dags/$dagId/${view}`}
              params={{ dagId: run.dag_id }}
              search={{ dag_run_id: run.dag_run_id }}
              {...props}
            />
          )}
        >
          {t(`view.${view}`)}
        </Anchor>
      ))}
    </Group>
  );
}
