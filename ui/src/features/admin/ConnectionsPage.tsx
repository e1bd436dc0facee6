import { useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { useOffsets } from "../../api/offsets";
import type { Answer } from "../../api/query";
import type { Column } from "../../components/DataTable";
import { AdminList } from "./AdminList";
import { ConnectionEditor } from "./ConnectionEditor";
import { anywhere, useListSearch } from "./useListSearch";

type ConnectionPage = Answer<"/api/v2/connections">;
export type Connection = ConnectionPage["connections"][number];

const rowsOf = (answer: ConnectionPage) => answer.connections;

export default function ConnectionsPage() {
  const { t } = useTranslation(["admin", "common"]);
  const found = useSearch({ from: "/inside/admin/connections" });
  const list = useListSearch("/admin/connections", found, "connection_id");
  const pages = useOffsets<Connection, ConnectionPage>({
    path: "/api/v2/connections",
    query: { order_by: [list.sort], connection_id_pattern: anywhere(list.search) },
    live: ["connections"],
    rowsOf,
  });
  const columns = useMemo(
    (): Column<Connection>[] => [
      {
        id: "connection_id",
        header: t("connection.id"),
        cell: (row) => row.connection_id,
        isSortable: true,
      },
      { id: "conn_type", header: t("connection.type"), cell: (row) => row.conn_type },
      {
        id: "host",
        header: t("connection.host"),
        cell: (row) => [row.host, row.port].filter(Boolean).join(":"),
      },
      { id: "login", header: t("connection.login"), cell: (row) => row.login, isMinor: true },
      {
        id: "description",
        header: t("description"),
        cell: (row) => row.description,
        isMinor: true,
      },
    ],
    [t],
  );
  return (
    <AdminList
      {...list}
      title={t("common:nav.connections")}
      resource="Connections"
      pages={pages}
      columns={columns}
      nameOf={(row) => row.connection_id}
      remove={async (name) =>
        api.DELETE("/api/v2/connections/{connection_id}", {
          params: { path: { connection_id: name } },
        })
      }
      editor={(row, close) => <ConnectionEditor connection={row} onClose={close} />}
      empty={t("connection.none")}
    />
  );
}
