/** Whether the parts of the deployment work, and when each last said so. */

import { Group, Paper, Text } from "@mantine/core";
import { IconHeartbeat, IconHeartBroken } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { Time } from "../../components/Time";
import { componentsByHealth, type Home } from "./home";

export function Health({ home }: { home: Home }) {
  const { t } = useTranslation("home");
  return (
    <Group gap="xs" component="section" aria-label={t("health.label")} className="home-health">
      {componentsByHealth(home).map((sign, index) => (
        <Sign key={`${sign.component} ${index}`} sign={sign} />
      ))}
    </Group>
  );
}

function Sign({ sign }: { sign: Home["components"][number] }) {
  const { t } = useTranslation("home");
  const Shape = sign.is_healthy ? IconHeartbeat : IconHeartBroken;
  const colour = sign.is_healthy ? "var(--state-success)" : "var(--state-failed)";
  return (
    <Paper withBorder px="sm" py={6} className="home-sign" data-healthy={sign.is_healthy}>
      <Group gap={8} wrap="nowrap">
        <Shape size={18} color={colour} aria-hidden style={{ flexShrink: 0 }} />
        <div>
          <Text size="sm" fw={600} lh={1.3}>
            {t(`component.${sign.component}`, { defaultValue: sign.component })}
          </Text>
          <Text size="xs" c="dimmed" lh={1.3} component="div">
            {sign.is_healthy ? t("health.ok") : t("health.ill")}
            {sign.heartbeat_at !== null && (
              <>
                {" · "}
                <Time at={sign.heartbeat_at} isRelative />
              </>
            )}
          </Text>
        </div>
      </Group>
    </Paper>
  );
}
