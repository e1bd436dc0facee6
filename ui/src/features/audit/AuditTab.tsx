import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { compact } from "../../lib/dagSearch";
import { AuditTable } from "./AuditTable";
import type { AuditSearch } from "./query";

const ROUTE = "/inside/dags/$dagId/audit";

/** Who did what with a DAG. */
export default function AuditTab() {
  const { dagId } = useParams({ from: ROUTE });
  const { run_id, audit_task, user, event, excluded, from, until, audit_sort } = useSearch({
    from: ROUTE,
  });
  const navigate = useNavigate({ from: "/dags/$dagId/audit" });
  const search: AuditSearch = compact({
    ...{ run_id, user, event, excluded, from, until },
    task_id: audit_task,
    sort: audit_sort,
  });
  const onSearch = ({ task_id, sort, ...rest }: AuditSearch) => {
    void navigate({
      search: (old) =>
        compact({
          ...old,
          ...{ run_id: rest.run_id, user: rest.user, event: rest.event },
          ...{ excluded: rest.excluded, from: rest.from, until: rest.until },
          audit_task: task_id,
          audit_sort: sort,
        }),
      replace: true,
      resetScroll: false,
    });
  };
  return <AuditTable dagId={dagId} search={search} onSearch={onSearch} />;
}
