/** Files that can't be imported; the list of DAGs has their tracebacks. */

import { Anchor, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Time } from "../../components/Time";
import type { Home } from "./home";
import { Panel } from "./Panel";

export function Broken({ home }: { home: Home }) {
  const { t } = useTranslation("home");
  if (home.import_errors_total === 0) return null;
  return (
    <Panel
      title={t("broken.title")}
      count={home.import_errors_total}
      more={
        <Anchor
          size="sm"
          renderRoot={(props) => <Link to="/dags" search={{ errors: true }} {...props} />}
        >
          {t("broken.tracebacks")}
        </Anchor>
      }
    >
      <Stack gap={0} component="ul" className="home-list">
        {home.import_errors.map((error) => (
          <li key={error.import_error_id}>
            <Text size="sm" ff="monospace" className="wrapped">
              {error.line === null ? error.file : `${error.file}:${error.line}`}
            </Text>
            <Text size="sm" c="dimmed" lineClamp={2} className="wrapped">
              {error.message}
            </Text>
            <Text size="xs" c="dimmed" component="div">
              {t("broken.since")} <Time at={error.since} isRelative />
            </Text>
          </li>
        ))}
      </Stack>
    </Panel>
  );
}
