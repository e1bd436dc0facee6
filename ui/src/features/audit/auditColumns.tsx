import { ActionIcon, Anchor, Stack, Text, Tooltip } from "@mantine/core";
import { IconListDetails } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { Column } from "../../components/DataTable";
import { Cut } from "../../components/tables/Cut";
import { Time } from "../../components/Time";
import type { AuditEntry } from "./AuditTable";
import { changeLine } from "./difference";
import { Place } from "./Place";
import { useEventWords } from "./words";

type Open = (entry: AuditEntry) => void;

/** `isOfAll`: of more than one DAG. */
export function useAuditColumns(isOfAll: boolean, onOpen: Open): Column<AuditEntry>[] {
  const { t } = useTranslation("audit");
  const words = useEventWords();
  return useMemo(
    () => [
      {
        id: "when",
        header: t("column.when"),
        cell: (entry) => <Time at={entry.when} />,
        width: "10rem",
        isSortable: true,
      },
      {
        id: "event",
        header: t("column.event"),
        cell: (entry) => <EventName entry={entry} words={words} onOpen={onOpen} />,
        width: "minmax(7rem, 1.1fr)",
        isSortable: true,
      },
      {
        id: "owner",
        header: t("column.owner"),
        cell: (entry) => <Cut text={entry.owner} />,
        width: "minmax(5rem, 0.7fr)",
        isSortable: true,
      },
      {
        id: "origin",
        header: t("column.origin"),
        cell: (entry) => <Cut text={entry.origin} />,
        width: "minmax(7rem, 0.7fr)",
        isMinor: true,
      },
      ...(isOfAll ? [dagColumn(t("column.dag"))] : []),
      {
        id: "place",
        header: t("column.place"),
        cell: (entry) => <Place entry={entry} />,
        width: "minmax(8rem, 1.4fr)",
        isMinor: true,
      },
      {
        id: "change",
        header: t("column.change"),
        cell: (entry) => <Cut text={changeLine(entry.before, entry.after, entry.extra)} />,
        width: "minmax(9rem, 2fr)",
        isMinor: true,
      },
      {
        id: "open",
        header: "",
        cell: (entry) => <OpenEntry entry={entry} onOpen={onOpen} />,
        width: "3rem",
        align: "right",
        isMinor: true,
      },
    ],
    [t, words, isOfAll, onOpen],
  );
}

function dagColumn(header: string): Column<AuditEntry> {
  return {
    id: "dag_id",
    header,
    cell: (entry) =>
      entry.dag_id === null ? null : (
        <Anchor
          size="sm"
          truncate
          display="block"
          title={entry.dag_id}
          renderRoot={(props) => (
            <Link to="/dags/$dagId/grid" params={{ dagId: entry.dag_id ?? "" }} {...props} />
          )}
        >
          {entry.dag_display_name ?? entry.dag_id}
        </Anchor>
      ),
    width: "minmax(6rem, 1fr)",
    isSortable: true,
    isMinor: true,
  };
}

interface EventNameProps {
  entry: AuditEntry;
  words: (event: string) => string;
  onOpen: Open;
}

/** In words, above the name that filters and the API know. */
function EventName({ entry, words, onOpen }: EventNameProps) {
  return (
    <Stack gap={0}>
      <Anchor
        component="button"
        type="button"
        size="sm"
        ta="left"
        c="inherit"
        fw={600}
        truncate
        onClick={() => onOpen(entry)}
      >
        {words(entry.event)}
      </Anchor>
      <Text size="xs" c="dimmed" ff="monospace" truncate>
        {entry.event}
      </Text>
    </Stack>
  );
}

function OpenEntry({ entry, onOpen }: { entry: AuditEntry; onOpen: Open }) {
  const { t } = useTranslation("audit");
  return (
    <Tooltip label={t("open")}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={t("openEntry", { id: entry.event_log_id })}
        onClick={() => onOpen(entry)}
      >
        <IconListDetails size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
