/** The DAGs that the reader has starred, with their latest runs. */

import { Anchor, Group, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { RunBars } from "../../components/dags/RunBars";
import { TaskCounts } from "../../components/dags/TaskCounts";
import { Loaded } from "../../components/Query";
import { Panel } from "./Panel";

const SHOWN_MAX = 20;

export function Favourites() {
  const { t } = useTranslation("home");
  const query = useGet(
    "/api/v2/dags",
    { params: { query: { is_favorite: true, limit: SHOWN_MAX } } },
    { live: ["dag"] },
  );
  return (
    <Panel
      title={t("favourites.title")}
      more={
        <Anchor
          size="sm"
          renderRoot={(props) => <Link to="/dags" search={{ favourite: true }} {...props} />}
        >
          {t("all")}
        </Anchor>
      }
    >
      <Loaded query={query}>
        {({ dags }) => (
          <>
            {dags.length === 0 && (
              <Text size="sm" c="dimmed">
                {t("favourites.none")}
              </Text>
            )}
            <Stack gap={0} component="ul" className="home-list">
              {dags.map((dag) => (
                <li key={dag.dag_id}>
                  <Group justify="space-between" wrap="nowrap" gap="md">
                    <Anchor
                      size="sm"
                      fw={600}
                      className="dag-ellipsis"
                      renderRoot={(props) => (
                        <Link to="/dags/$dagId/grid" params={{ dagId: dag.dag_id }} {...props} />
                      )}
                    >
                      {dag.dag_display_name}
                    </Anchor>
                    <Group gap="md" wrap="nowrap" style={{ flexShrink: 0 }}>
                      <Group visibleFrom="sm" gap={0}>
                        <TaskCounts dagId={dag.dag_id} />
                      </Group>
                      <RunBars dagId={dag.dag_id} />
                    </Group>
                  </Group>
                </li>
              ))}
            </Stack>
          </>
        )}
      </Loaded>
    </Panel>
  );
}
