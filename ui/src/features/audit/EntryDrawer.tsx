import { Anchor, Drawer, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Facts } from "../../components/Facts";
import { JsonTree } from "../../components/JsonTree";
import { Time } from "../../components/Time";
import type { AuditEntry } from "./AuditTable";
import { Changes } from "./Changes";
import { readDetails } from "./difference";
import { Place } from "./Place";
import { useEventWords } from "./words";

interface EntryDrawerProps {
  /** None: closed. */
  entry: AuditEntry | null;
  onClose: () => void;
}

/** All that one entry says. */
export function EntryDrawer({ entry, onClose }: EntryDrawerProps) {
  const { t } = useTranslation(["audit", "common"]);
  const words = useEventWords();
  return (
    <Drawer
      opened={entry !== null}
      onClose={onClose}
      position="right"
      size="xl"
      title={entry && <Text fw={700}>{words(entry.event)}</Text>}
      closeButtonProps={{ "aria-label": t("common:action.close") }}
    >
      {entry && (
        <Stack gap="lg">
          <EntryFacts entry={entry} />
          <Changes before={entry.before} after={entry.after} />
          <Details extra={entry.extra} />
        </Stack>
      )}
    </Drawer>
  );
}

function EntryFacts({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation("audit");
  return (
    <Facts
      facts={[
        [t("column.when"), <Time key="when" at={entry.when} />],
        [t("fact.event"), entry.event],
        [t("column.owner"), entry.owner],
        [t("column.origin"), entry.origin],
        [t("column.dag"), entry.dag_id && <DagLink key="dag" dagId={entry.dag_id} />],
        [t("column.place"), entry.run_id && <Place key="place" entry={entry} />],
        [t("fact.id"), entry.event_log_id],
      ]}
    />
  );
}

function DagLink({ dagId }: { dagId: string }) {
  return (
    <Anchor
      size="sm"
      renderRoot={(props) => <Link to="/dags/$dagId/grid" params={{ dagId }} {...props} />}
    >
      {dagId}
    </Anchor>
  );
}

function Details({ extra }: { extra: string | null }) {
  const { t } = useTranslation("audit");
  const details = readDetails(extra);
  if (details === null) return null;
  return (
    <section>
      <Title order={2} size="h5" mb="xs">
        {t("details")}
      </Title>
      {typeof details === "string" ? (
        <Text size="sm" className="wrapped">
          {details}
        </Text>
      ) : (
        <JsonTree value={details} label={t("details")} />
      )}
    </section>
  );
}
