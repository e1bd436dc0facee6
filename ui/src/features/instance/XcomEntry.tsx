import { ActionIcon, Collapse, Group, Paper, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight, IconPencil, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { useMay } from "../../api/me";
import { useGet } from "../../api/query";
import type { components } from "../../api/schema";
import { Confirm } from "../../components/Confirm";
import { Copy } from "../../components/Copy";
import { JsonTree } from "../../components/JsonTree";
import { notifyDone, notifyProblem } from "../../components/notify";
import { Loaded } from "../../components/Query";
import { Time } from "../../components/Time";
import { bytes } from "../../lib/bytes";
import type { InstanceKey } from "./instance";
import { XCOM, xcomPath } from "./xcom";
import { XcomDialog } from "./XcomDialog";

interface XcomEntryProps {
  instanceKey: InstanceKey;
  entry: components["schemas"]["XComView"];
  isOpenAtFirst: boolean;
  onChanged: () => void;
}

/** A key; its value is fetched when it is opened. */
export function XcomEntry({ instanceKey, entry, isOpenAtFirst, onChanged }: XcomEntryProps) {
  const { t } = useTranslation(["instance", "common"]);
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const query = useGet(
    XCOM,
    { params: { path: xcomPath(instanceKey, entry.key), query: { map_index: entry.map_index } } },
    { enabled: isOpen, live: ["task_instances"] },
  );
  const text = query.data ? JSON.stringify(query.data.value, null, 2) : null;
  const Arrow = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <Paper withBorder p="sm">
      <Group justify="space-between" gap="xs">
        <UnstyledButton aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <Group gap={6} wrap="nowrap">
            <Arrow size={16} aria-hidden className="instance-icon" />
            <Text fw={600} size="sm" ff="monospace" className="wrapped">
              {entry.key}
            </Text>
          </Group>
        </UnstyledButton>
        <Group gap="xs">
          {text !== null && (
            <Text size="xs" c="dimmed" title={t("xcom.size")}>
              {bytes(new TextEncoder().encode(JSON.stringify(query.data?.value)).length)}
            </Text>
          )}
          <Text size="xs" c="dimmed" component="div">
            <Time at={entry.timestamp} />
          </Text>
          {text !== null && <Copy text={text} label={t("xcom.copy", { key: entry.key })} />}
          <EntryActions
            instanceKey={instanceKey}
            name={entry.key}
            value={text}
            onChanged={onChanged}
          />
        </Group>
      </Group>
      <Collapse expanded={isOpen}>
        {isOpen && (
          <div className="xcom-value">
            <Loaded query={query}>
              {({ value }) => <JsonTree value={value} label={entry.key} />}
            </Loaded>
          </div>
        )}
      </Collapse>
    </Paper>
  );
}

interface EntryActionsProps {
  instanceKey: InstanceKey;
  name: string;
  /** As JSON text; null until it is known. */
  value: string | null;
  onChanged: () => void;
}

function EntryActions({ instanceKey, name, value, onChanged }: EntryActionsProps) {
  const { t } = useTranslation(["instance", "common"]);
  const may = useMay();
  const client = useQueryClient();
  const [dialog, setDialog] = useState<"edit" | "delete" | null>(null);
  const close = () => setDialog(null);
  const done = () => {
    void client.invalidateQueries({ queryKey: [XCOM] });
    onChanged();
  };
  const remove = useMutation({
    mutationFn: () =>
      api.DELETE(XCOM, {
        params: {
          path: xcomPath(instanceKey, name),
          query: { map_index: instanceKey.mapIndex },
        },
      }),
    onSuccess: () => {
      notifyDone(t("xcom.deleted", { key: name }));
      close();
      done();
    },
    onError: (error) => notifyProblem(t("xcom.notDeleted"), error),
  });
  const tools = [
    ["edit", "can_edit", IconPencil, t("xcom.edit", { key: name })],
    ["delete", "can_delete", IconTrash, t("xcom.delete", { key: name })],
  ] as const;
  return (
    <>
      {tools
        .filter(([, right]) => may(right, "XComs", instanceKey.dagId))
        .map(([verb, , Shape, label]) => (
          <Tooltip key={verb} label={label}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={label}
              disabled={verb === "edit" && value === null}
              onClick={() => setDialog(verb)}
            >
              <Shape size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        ))}
      {dialog === "edit" && value !== null && (
        <XcomDialog
          instanceKey={instanceKey}
          former={{ key: name, value }}
          onDone={done}
          onClose={close}
        />
      )}
      <Confirm
        isOpen={dialog === "delete"}
        title={t("xcom.delete", { key: name })}
        verb={t("common:action.delete")}
        isDangerous
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate()}
        onClose={close}
      >
        {t("xcom.deleteWords")}
      </Confirm>
    </>
  );
}
