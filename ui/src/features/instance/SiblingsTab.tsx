import { useMemo } from "react";

import { useGet } from "../../api/query";
import { Loaded } from "../../components/Query";
import type { InstanceKey } from "./instance";
import { MappedTable } from "./MappedTable";

/** The other instances of the same mapped task. */
export function SiblingsTab({ instanceKey }: { instanceKey: InstanceKey }) {
  const { dagId, runId, taskId, mapIndex } = instanceKey;
  const taskKey = useMemo(() => ({ dagId, runId, taskId }), [dagId, runId, taskId]);
  const query = useGet(
    "/api/v2/ui/mapped/{dag_id}/{dag_run_id}/{task_id}",
    { params: { path: { dag_id: dagId, dag_run_id: runId, task_id: taskId } } },
    { live: ["task_instances", "run"] },
  );
  return (
    <Loaded query={query}>
      {(answer) => <MappedTable taskKey={taskKey} answer={answer} current={mapIndex} />}
    </Loaded>
  );
}
