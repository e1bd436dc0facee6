import { Anchor, Group, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Time } from "../../components/Time";
import type { Home } from "./home";
import { Panel } from "./Panel";

/** The runs that schedules will ask for next. */
export function Coming({ home }: { home: Home }) {
  const { t } = useTranslation("home");
  return (
    <Panel
      title={t("coming.title")}
      more={
        <Anchor
          size="sm"
          renderRoot={(props) => <Link to="/dags" search={{ sort: "next" }} {...props} />}
        >
          {t("all")}
        </Anchor>
      }
    >
      {home.coming.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("coming.none")}
        </Text>
      )}
      <Stack gap={0} component="ul" className="home-list">
        {home.coming.map((run) => (
          <li key={run.dag_id}>
            <Group justify="space-between" wrap="nowrap" gap="sm">
              <Anchor
                size="sm"
                className="dag-ellipsis"
                title={run.dag_display_name}
                renderRoot={(props) => (
                  <Link to="/dags/$dagId/grid" params={{ dagId: run.dag_id }} {...props} />
                )}
              >
                {run.dag_display_name}
              </Anchor>
              <Text size="sm" c="dimmed" component="div" style={{ flexShrink: 0 }}>
                <Time at={run.run_after} isRelative />
              </Text>
            </Group>
          </li>
        ))}
      </Stack>
    </Panel>
  );
}
