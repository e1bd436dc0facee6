/** The list of all DAGs in the cache: asked for, and changed at once by what is done here. */

import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, type ApiProblem } from "../../api/client";
import { paced } from "../../lib/pace";
import { dagRows, withChange, type DagTable } from "./rows";

/** Of a busy deployment the list changes all the time: it may take up a tenth of it. */
const PACE = { share: 0.1, waitMaxMs: 10_000 };

const load = paced(async (signal) => {
  const { data } = await api.GET("/api/v2/ui/dags", { signal });
  return data as DagTable;
}, PACE);

const TABLE = queryOptions<DagTable, ApiProblem>({
  queryKey: ["/api/v2/ui/dags", {}],
  queryFn: ({ signal }) => load(signal),
  meta: { live: ["dag", "run", "import_errors"] },
  // Comparing thousands of rows with those before costs more than it saves.
  structuralSharing: false,
});

export function useDags() {
  return useQuery({ ...TABLE, select: dagRows });
}

interface DagChange {
  dagId: string;
  isPaused?: boolean;
  isFavourite?: boolean;
}

async function send({ dagId, isPaused, isFavourite }: DagChange): Promise<void> {
  const params = { path: { dag_id: dagId } };
  if (isPaused !== undefined) {
    await api.PATCH("/api/v2/dags/{dag_id}", { params, body: { is_paused: isPaused } });
  }
  if (isFavourite === true) await api.POST("/api/v2/dags/{dag_id}/favorite", { params });
  if (isFavourite === false) await api.POST("/api/v2/dags/{dag_id}/unfavorite", { params });
}

/** Switches a DAG or its star. It shows at once, and is taken back if the server refuses. */
export function useChangeDag(onProblem: (error: Error) => void) {
  const client = useQueryClient();
  const show = (change: DagChange) =>
    client.setQueryData<DagTable>(
      TABLE.queryKey,
      (table) => table && withChange(table, change.dagId, change),
    );
  return useMutation({
    mutationFn: send,
    onMutate: async (change) => {
      await client.cancelQueries({ queryKey: TABLE.queryKey });
      show(change);
    },
    onError: (error, { dagId, isPaused, isFavourite }) => {
      show({
        dagId,
        ...(isPaused === undefined ? {} : { isPaused: !isPaused }),
        ...(isFavourite === undefined ? {} : { isFavourite: !isFavourite }),
      });
      onProblem(error);
    },
    onSettled: () => client.invalidateQueries({ predicate: (q) => isAboutDags(q.queryKey[0]) }),
  });
}

function isAboutDags(path: unknown): boolean {
  return path === "/api/v2/ui/dags" || path === "/api/v2/dags" || path === "/api/v2/dags/{dag_id}";
}
