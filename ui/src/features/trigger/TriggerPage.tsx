import { useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/Query";
import { fieldsOf, type Param } from "./fields";
import { TriggerForm } from "./TriggerForm";

/** Runs a DAG by hand. */
export default function TriggerPage() {
  const { t } = useTranslation(["trigger", "common"]);
  const { dagId } = useParams({ from: "/inside/dags/$dagId/trigger" });
  const search = useSearch({ from: "/inside/dags/$dagId/trigger" });
  const query = useGet(
    "/api/v2/dags/{dag_id}/details",
    { params: { path: { dag_id: dagId } } },
    { live: ["dag"] },
  );
  const name = query.data?.dag_display_name ?? dagId;
  return (
    <Page
      title={t("title", { name })}
      crumbs={[
        { label: t("common:nav.dags"), link: { to: "/dags" } },
        { label: name, link: { to: "/dags/$dagId/grid", params: { dagId } } },
      ]}
    >
      <Loaded query={query}>
        {(dag) => (
          <TriggerForm
            // Params that have changed begin a new form.
            key={JSON.stringify([dagId, dag.params])}
            dagId={dagId}
            isPaused={dag.is_paused}
            isGone={dag.is_stale}
            fields={fieldsOf(dag.params as Record<string, Param>)}
            search={search}
          />
        )}
      </Loaded>
    </Page>
  );
}
