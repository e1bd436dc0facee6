import { Button, Group, Stack } from "@mantine/core";
import { IconMailbox, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../api/me";
import { usePages } from "../../api/pages";
import type { components } from "../../api/schema";
import { Empty } from "../../components/Empty";
import { Lines, ProblemBox } from "../../components/Query";
import type { InstanceKey } from "./instance";
import { XcomDialog } from "./XcomDialog";
import { XcomEntry } from "./XcomEntry";

type Page = components["schemas"]["XComPage"];
type Entry = components["schemas"]["XComView"];

/** So many are shown with their values at once. */
const OPEN_MAX = 5;

/** What the instance has left for others. */
export function XcomTab({ instanceKey }: { instanceKey: InstanceKey }) {
  const { t } = useTranslation(["instance", "common"]);
  const { dagId, runId, taskId, mapIndex } = instanceKey;
  const [isAdding, setAdding] = useState(false);
  const canCreate = useMay()("can_create", "XComs", dagId);
  const pages = usePages<Entry, Page>({
    path: "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/xcomEntries",
    params: {
      path: { dag_id: dagId, dag_run_id: runId, task_id: taskId },
      query: { map_index: mapIndex, limit: 100, order_by: ["key"] },
    },
    live: ["task_instances", "run"],
    rowsOf: (page) => ({ rows: page.xcom_entries, next: page.next_cursor ?? null }),
  });
  if (pages.problem && !pages.rows) {
    return <ProblemBox problem={pages.problem} onRetry={pages.refresh} />;
  }
  if (!pages.rows) return <Lines />;
  return (
    <Stack>
      {canCreate && (
        <Group justify="flex-end">
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setAdding(true)}
          >
            {t("xcom.add")}
          </Button>
        </Group>
      )}
      {pages.rows.length === 0 && (
        <Empty title={t("xcom.none")} icon={IconMailbox}>
          {t("xcom.noneWords")}
        </Empty>
      )}
      {pages.rows.map((entry) => (
        <XcomEntry
          key={entry.key}
          instanceKey={instanceKey}
          entry={entry}
          isOpenAtFirst={(pages.rows?.length ?? 0) <= OPEN_MAX}
          onChanged={pages.refresh}
        />
      ))}
      {pages.hasMore && (
        <Button variant="default" loading={pages.isLoadingMore} onClick={pages.loadMore}>
          {t("common:table.loadMore")}
        </Button>
      )}
      {isAdding && (
        <XcomDialog
          instanceKey={instanceKey}
          onDone={pages.refresh}
          onClose={() => setAdding(false)}
        />
      )}
    </Stack>
  );
}
