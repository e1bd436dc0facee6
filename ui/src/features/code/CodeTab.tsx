import { Stack } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { useGet } from "../../api/query";
import { Loaded } from "../../components/Query";
import { compact } from "../../lib/dagSearch";
import { BrokenFile } from "./BrokenFile";
import { DiffPart } from "./DiffPart";
import { addressOf, placesOf, refOf, type Place } from "./places";
import { SourcePart } from "./SourcePart";
import { Toolbar } from "./Toolbar";

import "./code.css";

const COUNT = 100;

/** The code of a DAG in any of its versions, and what changed between two. */
export default function CodeTab() {
  const { dagId } = useParams({ from: "/inside/dags/$dagId/code" });
  const { details, versions, runs } = useKnown(dagId);
  return (
    <Loaded query={details}>
      {(dag) => (
        <Loaded query={versions}>
          {(known) => (
            <Places
              dagId={dagId}
              file={dag.relative_fileloc}
              latest={dag.bundle_version}
              places={placesOf({
                versions: known.dag_versions,
                runs: runs.data?.dag_runs ?? [],
                latest: { code: dag.bundle_version, at: dag.last_parsed_time },
              })}
            />
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

function useKnown(dagId: string) {
  const path = { dag_id: dagId };
  return {
    details: useGet("/api/v2/dags/{dag_id}/details", { params: { path } }, { live: ["dag"] }),
    versions: useGet(
      "/api/v2/dags/{dag_id}/dagVersions",
      { params: { path, query: { limit: COUNT, order_by: ["-version_number"] } } },
      { live: ["dag"] },
    ),
    runs: useGet(
      "/api/v2/dags/{dag_id}/dagRuns",
      { params: { path, query: { limit: COUNT, order_by: ["-run_after"] } } },
      { live: ["run"] },
    ),
  };
}

interface PlacesProps {
  dagId: string;
  file: string;
  /** The code version as the file was read last. */
  latest: string | null;
  places: readonly Place[];
}

function Places({ dagId, file, latest, places }: PlacesProps) {
  const search = useSearch({ from: "/inside/dags/$dagId/code" });
  const navigate = useNavigate({ from: "/dags/$dagId/code" });
  const chosen = refOf(search.version, search.code);
  const versus = refOf(search.versus, search.versus_code);
  const newest = places.find((place) => place.code === latest) ?? places[0];
  const ref = chosen ?? newest?.ref;
  const runId = chosen === undefined && versus === undefined ? search.dag_run_id : undefined;
  const show = (next: { ref?: string | undefined; versus?: string | undefined }) => {
    const [own, other] = [addressOf(next.ref), addressOf(next.versus)];
    void navigate({
      search: ({ version: _v, code: _c, versus: _w, versus_code: _d, ...old }) => ({
        ...old,
        ...compact({
          ...{ version: own.number, code: own.code },
          ...{ versus: other.number, versus_code: other.code },
        }),
      }),
      replace: true,
      resetScroll: false,
    });
  };
  return (
    <Stack gap="sm">
      <BrokenFile file={file} />
      <Toolbar
        places={places}
        current={ref}
        latest={newest?.ref}
        versus={versus}
        runId={runId}
        onShow={show}
      />
      {versus !== undefined && ref !== undefined ? (
        <DiffPart dagId={dagId} before={versus} after={ref} />
      ) : (
        <SourcePart dagId={dagId} file={file} codeRef={ref} runId={runId} />
      )}
    </Stack>
  );
}
