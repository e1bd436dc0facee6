import { Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { usePages, useTotal } from "../../api/pages";
import type { Answer } from "../../api/query";
import { ListOf } from "../../components/tables/ListOf";
import { AuditFilters } from "./AuditFilters";
import { useAuditColumns } from "./auditColumns";
import { EntryDrawer } from "./EntryDrawer";
import { AUDIT_SORT, auditQuery, filterCount, type AuditSearch } from "./query";

const PATH = "/api/v2/eventLogs";
/** No event tells of entries; these tell of nearly all that is written down. */
const LIVE = ["run", "dag", "backfills", "pools", "variables", "connections"] as const;

type AuditEntries = Answer<typeof PATH>;
export type AuditEntry = AuditEntries["event_logs"][number];

interface AuditTableProps {
  /** Null: of everything. */
  dagId: string | null;
  search: AuditSearch;
  onSearch: (search: AuditSearch) => void;
}

const keyOf = (entry: AuditEntry) => String(entry.event_log_id);
const nameOf = (entry: AuditEntry) => entry.event;
const partOf = (page: AuditEntries) => ({ rows: page.event_logs, next: page.next_cursor });

export function AuditTable({ dagId, search, onSearch }: AuditTableProps) {
  const { t } = useTranslation("audit");
  const [open, setOpen] = useState<AuditEntry | null>(null);
  const list = { path: PATH, params: { path: {}, query: auditQuery(search, dagId) }, live: LIVE };
  const pages = usePages<AuditEntry, AuditEntries>({ ...list, rowsOf: partOf });
  const total = useTotal(list);
  const columns = useAuditColumns(dagId === null, setOpen);
  return (
    <Stack gap="sm">
      <AuditFilters search={search} onSearch={onSearch} isOfDag={dagId !== null} />
      <ListOf
        label={t("label")}
        pages={pages}
        total={total}
        columns={columns}
        keyOf={keyOf}
        nameOf={nameOf}
        sort={search.sort ?? AUDIT_SORT}
        onSort={(sort) => onSearch({ ...search, sort })}
        isCurrent={(entry) => entry.event_log_id === open?.event_log_id}
        isFiltered={filterCount(search) > 0}
        empty={t("empty")}
      />
      <EntryDrawer entry={open} onClose={() => setOpen(null)} />
    </Stack>
  );
}
