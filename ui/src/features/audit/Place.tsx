import { Anchor, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { Cut } from "../../components/tables/Cut";
import type { AuditEntry } from "./AuditTable";
import { detailLine } from "./difference";

/** The run, and the task instance of it, with links to them; else what the details name. */
export function Place({ entry }: { entry: AuditEntry }) {
  const { dag_id: dagId, run_id: runId, task_id: taskId, map_index: mapIndex } = entry;
  if (dagId === null || runId === null) return <Cut text={detailLine(entry.extra)} />;
  return (
    <>
      <Anchor
        size="sm"
        truncate
        display="block"
        title={runId}
        renderRoot={(props) => (
          <Link to="/dags/$dagId/runs/$runId" params={{ dagId, runId }} {...props} />
        )}
      >
        {runId}
      </Anchor>
      {taskId !== null && (
        <Text size="xs" truncate>
          <Anchor
            inherit
            title={taskId}
            renderRoot={(props) => (
              <Link
                to="/dags/$dagId/runs/$runId/tasks/$taskId"
                params={{ dagId, runId, taskId }}
                search={mapIndex !== null && mapIndex >= 0 ? { map_index: mapIndex } : {}}
                {...props}
              />
            )}
          >
            {mapIndex !== null && mapIndex >= 0 ? `${taskId} [${mapIndex}]` : taskId}
          </Anchor>
        </Text>
      )}
    </>
  );
}
