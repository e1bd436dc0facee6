import { Alert, Text } from "@mantine/core";
import { IconHeartBroken } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useGet, type Answer } from "../api/query";
import { Time } from "../components/Time";

const LOOK_MS = 15_000;

/** What everybody should know before they trust the page: the scheduler is silent. */
export function Banners({ config }: { config: Answer<"/api/v2/ui/config"> }) {
  const { t } = useTranslation("frame");
  const health = useGet("/api/v2/monitor/health", {}, { everyMs: LOOK_MS });
  const scheduler = health.data?.scheduler;
  return (
    <>
      {scheduler?.status === "unhealthy" && (
        <Alert
          color="red"
          icon={<IconHeartBroken />}
          title={t("noScheduler")}
          mb="md"
          role="status"
        >
          <Text size="sm" span>
            {t("lastHeartbeat")} <Time at={scheduler.latest_scheduler_heartbeat} isRelative />
          </Text>
        </Alert>
      )}
      {config.auth_mode === "none" && (
        <Text size="xs" c="dimmed" mb="xs">
          {t("noAccounts")}
        </Text>
      )}
    </>
  );
}
