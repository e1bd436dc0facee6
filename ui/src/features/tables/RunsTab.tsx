import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import type { ListSearch } from "../../components/tables/query";
import { compact } from "../../lib/dagSearch";
import { RunsTable } from "./RunsTable";

/** The runs of a DAG. */
export default function RunsTab() {
  const { dagId } = useParams({ from: "/inside/dags/$dagId/runs" });
  const search = useSearch({ from: "/inside/dags/$dagId/runs" });
  const navigate = useNavigate({ from: "/dags/$dagId/runs" });
  const { run_id, user, from, until } = search;
  const list: ListSearch = compact({
    ...{ run_id, user, from, until },
    // The grid's filters, of one state and one type, stand for the same.
    state: search.states ?? (search.run_state ? [search.run_state] : undefined),
    run_type: search.run_types ?? (search.run_type ? [search.run_type] : undefined),
    sort: search.runs_sort,
  });
  const onSearch = ({ state, run_type, sort, ...rest }: ListSearch) =>
    void navigate({
      search: (old) =>
        compact({
          ...old,
          ...{ run_id: rest.run_id, user: rest.user, from: rest.from, until: rest.until },
          ...{ run_state: undefined, run_type: undefined },
          states: state && [...state],
          run_types: run_type && [...run_type],
          runs_sort: sort,
        }),
      replace: true,
      resetScroll: false,
    });
  return (
    <RunsTable dagId={dagId} currentId={search.dag_run_id} search={list} onSearch={onSearch} />
  );
}
