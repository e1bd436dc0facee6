import { Button, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconHistory, IconPlus } from "@tabler/icons-react";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useMay } from "../../api/me";
import { useGet } from "../../api/query";
import { Empty } from "../../components/Empty";
import { Loaded } from "../../components/Query";
import { BackfillCard } from "./BackfillCard";
import { NewBackfill } from "./NewBackfill";

const COUNT = 50;

/** The backfills of a DAG, the latest first, and the form for a new one. */
export default function BackfillsTab() {
  const { t } = useTranslation("backfills");
  const { dagId } = useParams({ from: "/inside/dags/$dagId/backfills" });
  const may = useMay();
  const [isNew, { open, close }] = useDisclosure(false);
  const query = useGet(
    "/api/v2/backfills",
    { params: { query: { dag_id: dagId, order_by: ["-id"], limit: COUNT } } },
    { live: ["backfills"] },
  );
  const ongoing = query.data?.backfills.find((backfill) => backfill.completed_at === null);
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed" style={{ flex: "1 1 16rem" }}>
          {ongoing ? t("oneAtATime", { number: ongoing.id }) : t("words")}
        </Text>
        {may("can_create", "Backfills", dagId) && (
          <Button
            leftSection={<IconPlus size={16} aria-hidden />}
            disabled={query.data === undefined || ongoing !== undefined}
            onClick={open}
          >
            {t("new")}
          </Button>
        )}
      </Group>
      <Loaded query={query}>
        {({ backfills, total_entries: total }) =>
          backfills.length === 0 ? (
            <Empty title={t("empty")} icon={IconHistory}>
              {t("emptyWords")}
            </Empty>
          ) : (
            <>
              {backfills.map((backfill) => (
                <BackfillCard key={backfill.id} backfill={backfill} />
              ))}
              {total > backfills.length && (
                <Text size="sm" c="dimmed">
                  {t("more", { count: total - backfills.length })}
                </Text>
              )}
            </>
          )
        }
      </Loaded>
      {isNew && <NewBackfill dagId={dagId} onClose={close} />}
    </Stack>
  );
}
