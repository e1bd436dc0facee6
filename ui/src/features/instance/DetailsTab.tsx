import { Anchor, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { IconNote } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../api/me";
import { EditNote } from "../../components/actions/EditNote";
import { Facts } from "../../components/Facts";
import { StateLabel } from "../../components/State";
import { Duration, Time } from "../../components/Time";
import type { InstanceKey, Sheet } from "./instance";
import { TaskFacts } from "./TaskFacts";

interface DetailsTabProps {
  instanceKey: InstanceKey;
  sheet: Sheet;
}

/** Everything that is known of the instance and its task. */
export function DetailsTab({ instanceKey, sheet }: DetailsTabProps) {
  return (
    <Stack gap="lg">
      <Note instanceKey={instanceKey} note={sheet.instance.note} />
      <InstanceFacts sheet={sheet} />
      <TaskFacts dagId={instanceKey.dagId} runId={instanceKey.runId} sheet={sheet} />
    </Stack>
  );
}

function Note({ instanceKey, note }: { instanceKey: InstanceKey; note: string | null }) {
  const { t } = useTranslation(["instance", "common"]);
  const [isEditing, setEditing] = useState(false);
  const canEdit = useMay()("can_edit", "Task Instances", instanceKey.dagId);
  if (!note && !canEdit) return null;
  return (
    <Paper withBorder p="sm">
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <Group gap="xs" wrap="nowrap" align="flex-start" miw={0}>
          <IconNote size={18} aria-hidden className="instance-icon" />
          {note ? (
            <Text size="sm" className="wrapped">
              {note}
            </Text>
          ) : (
            <Text size="sm" c="dimmed">
              {t("details.noNote")}
            </Text>
          )}
        </Group>
        {canEdit && (
          <Button size="compact-sm" variant="default" onClick={() => setEditing(true)}>
            {t(note ? "details.editNote" : "details.addNote")}
          </Button>
        )}
      </Group>
      {isEditing && <EditNote target={instanceKey} note={note} onClose={() => setEditing(false)} />}
    </Paper>
  );
}

function InstanceFacts({ sheet }: { sheet: Sheet }) {
  const { t } = useTranslation("instance");
  const { instance } = sheet;
  const time = (at: string | null) => (at === null ? null : <Time at={at} />);
  const version = instance.dag_version;
  return (
    <Stack gap="xs" component="section">
      <Title order={2} size="h5">
        {t("details.instance")}
      </Title>
      <Facts
        facts={[
          [t("fact.state"), <StateLabel key="state" state={instance.state} />],
          [
            t("fact.try"),
            t("details.try", { number: instance.try_number, max: instance.max_tries + 1 }),
          ],
          [t("fact.mapIndex"), instance.map_index < 0 ? null : instance.map_path.join(" › ")],
          [t("fact.label"), instance.rendered_map_index],
          [t("fact.logicalDate"), time(instance.logical_date)],
          [t("fact.runAfter"), time(instance.run_after)],
          [t("fact.scheduled"), time(instance.scheduled_when)],
          [t("fact.queued"), time(instance.queued_when)],
          [t("fact.started"), time(instance.start_date)],
          [t("fact.ended"), time(instance.end_date)],
          [
            t("fact.took"),
            instance.start_date && (
              <Duration key="took" from={instance.start_date} until={instance.end_date} />
            ),
          ],
          [
            t("fact.pool"),
            <Group key="pool" gap={6}>
              <Anchor
                size="sm"
                renderRoot={(props) => (
                  <Link to="/admin/pools" search={{ q: instance.pool }} {...props} />
                )}
              >
                {instance.pool}
              </Anchor>
              {t("details.slots", { count: instance.pool_slots })}
            </Group>,
          ],
          [t("fact.queue"), instance.queue],
          [t("fact.priority"), instance.priority_weight],
          [t("fact.executor"), instance.executor],
          [t("fact.host"), instance.hostname],
          [t("fact.pid"), instance.pid],
          [
            t("fact.version"),
            version && (
              <Anchor
                key="version"
                size="sm"
                renderRoot={(props) => (
                  <Link
                    to="/dags/$dagId/code"
                    params={{ dagId: instance.dag_id }}
                    search={{ version: version.version_number }}
                    {...props}
                  />
                )}
              >
                {t("details.version", { number: version.version_number })}
              </Anchor>
            ),
          ],
        ]}
      />
    </Stack>
  );
}
