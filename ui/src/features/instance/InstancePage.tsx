import { useParams, useSearch } from "@tanstack/react-router";

import { useGet } from "../../api/query";
import { Page } from "../../components/Page";
import { Loaded, Waiting } from "../../components/Query";
import { useCrumbs } from "./Frame";
import "./instance.css";
import { totalOf } from "./mapped";
import { MappedPage } from "./MappedPage";
import { OneInstance } from "./OneInstance";
import { ROUTE } from "./route";

/** A task in a run: one instance, or, of a mapped task without an index, all of them. */
export default function InstancePage() {
  const { dagId, runId, taskId } = useParams({ from: ROUTE });
  const { map_index: mapIndex } = useSearch({ from: ROUTE });
  const key = { dagId, runId, taskId };
  if (mapIndex !== undefined && mapIndex >= 0) {
    return <OneInstance key={mapIndex} instanceKey={{ ...key, mapIndex }} />;
  }
  return <MappedOrNot {...key} />;
}

function MappedOrNot(key: { dagId: string; runId: string; taskId: string }) {
  const query = useGet(
    "/api/v2/ui/mapped/{dag_id}/{dag_run_id}/{task_id}",
    { params: { path: { dag_id: key.dagId, dag_run_id: key.runId, task_id: key.taskId } } },
    { live: ["task_instances", "run"] },
  );
  const crumbs = useCrumbs(key, {});
  if (!query.data) {
    return (
      <Page title={key.taskId} crumbs={crumbs}>
        <Loaded query={query} skeleton={<Waiting />}>
          {() => null}
        </Loaded>
      </Page>
    );
  }
  return totalOf(query.data) > 0 ? (
    <MappedPage taskKey={key} answer={query.data} />
  ) : (
    <OneInstance instanceKey={{ ...key, mapIndex: -1 }} />
  );
}
