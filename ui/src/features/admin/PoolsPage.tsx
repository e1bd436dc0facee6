import { Checkbox, NumberInput, Progress, Text, TextInput, Tooltip } from "@mantine/core";
import { Link, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { useOffsets } from "../../api/offsets";
import type { Answer } from "../../api/query";
import type { Column } from "../../components/DataTable";
import { stateColour } from "../../lib/states";
import { AdminList } from "./AdminList";
import { Editor } from "./Editor";
import { anywhere, useListSearch } from "./useListSearch";

type PoolPage = Answer<"/api/v2/pools">;
type Pool = PoolPage["pools"][number];

const DEFAULT_POOL = "default_pool";
const rowsOf = (answer: PoolPage) => answer.pools;

export default function PoolsPage() {
  const { t } = useTranslation(["admin", "common"]);
  const list = useListSearch("/admin/pools", useSearch({ from: "/inside/admin/pools" }), "name");
  const pages = useOffsets<Pool, PoolPage>({
    path: "/api/v2/pools",
    query: { order_by: [list.sort], pool_name_pattern: anywhere(list.search) },
    live: ["pools", "task_instances"],
    rowsOf,
  });
  const columns = useMemo(
    (): Column<Pool>[] => [
      { id: "name", header: t("name"), cell: (pool) => pool.name, isSortable: true },
      {
        id: "use",
        header: t("pool.use"),
        width: "minmax(9rem, 2fr)",
        cell: (p) => <Use pool={p} />,
      },
      {
        id: "slots",
        header: t("pool.slots"),
        cell: (p) => (p.slots < 0 ? "∞" : p.slots),
        align: "right",
      },
      {
        id: "running",
        header: t("common:state.running"),
        cell: (p) => <Held pool={p} state="running" />,
        align: "right",
      },
      {
        id: "queued",
        header: t("common:state.queued"),
        cell: (p) => <Held pool={p} state="queued" />,
        align: "right",
        isMinor: true,
      },
      {
        id: "scheduled",
        header: t("common:state.scheduled"),
        cell: (p) => <Held pool={p} state="scheduled" />,
        align: "right",
        isMinor: true,
      },
      {
        id: "deferred",
        header: t("common:state.deferred"),
        cell: (p) => <Held pool={p} state="deferred" />,
        align: "right",
        isMinor: true,
      },
      { id: "description", header: t("description"), cell: (p) => p.description, isMinor: true },
    ],
    [t],
  );
  return (
    <AdminList
      {...list}
      title={t("common:nav.pools")}
      resource="Pools"
      pages={pages}
      columns={columns}
      nameOf={(pool) => pool.name}
      isFixed={(pool) => pool.name === DEFAULT_POOL}
      remove={async (name) =>
        api.DELETE("/api/v2/pools/{pool_name}", { params: { path: { pool_name: name } } })
      }
      editor={(pool, close) => <PoolEditor pool={pool} onClose={close} />}
      empty={t("pool.none")}
    />
  );
}

/** How many slots are held, with the way to who holds them. */
function Held({
  pool,
  state,
}: {
  pool: Pool;
  state: "running" | "queued" | "scheduled" | "deferred";
}) {
  const count = pool[`${state}_slots`];
  if (count === 0)
    return (
      <Text span c="dimmed" size="sm">
        0
      </Text>
    );
  return (
    <Link to="/browse/task-instances" search={{ pool: pool.name, state: [state] }}>
      {count}
    </Link>
  );
}

function Use({ pool }: { pool: Pool }) {
  const { t } = useTranslation("common");
  const total = Math.max(pool.slots, pool.occupied_slots, 1);
  const parts = (["running", "queued", "deferred"] as const)
    .map((state) => ({ state, count: pool[`${state}_slots`] }))
    .filter(({ state, count }) => count > 0 && (state !== "deferred" || pool.include_deferred));
  return (
    <Progress.Root size="lg">
      {parts.map(({ state, count }) => (
        <Tooltip key={state} label={`${t(`state.${state}`)} ${count}`}>
          <Progress.Section
            value={(count / total) * 100}
            color={stateColour(state)}
            aria-label={`${t(`state.${state}`)} ${count} / ${pool.slots}`}
          />
        </Tooltip>
      ))}
    </Progress.Root>
  );
}

function PoolEditor({ pool, onClose }: { pool: Pool | null; onClose: () => void }) {
  const { t } = useTranslation("admin");
  const [name, setName] = useState(pool?.name ?? "");
  const [slots, setSlots] = useState(pool?.slots ?? 1);
  const [description, setDescription] = useState(pool?.description ?? "");
  const [isWithDeferred, setWithDeferred] = useState(pool?.include_deferred ?? false);
  const save = async () => {
    const body = { slots, description, include_deferred: isWithDeferred };
    if (!pool) return api.POST("/api/v2/pools", { body: { ...body, name } });
    const isDefault = pool.name === DEFAULT_POOL;
    const mask = [
      "slots" as const,
      "include_deferred" as const,
      ...(isDefault ? [] : (["description"] as const)),
    ];
    return api.PATCH("/api/v2/pools/{pool_name}", {
      params: { path: { pool_name: pool.name }, query: { update_mask: [...mask] } },
      body,
    });
  };
  return (
    <Editor
      title={pool ? t("editOf", { name }) : t("pool.new")}
      name={name}
      save={save}
      onClose={onClose}
    >
      <TextInput
        label={t("name")}
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
        required
        disabled={pool !== null}
      />
      <NumberInput
        label={t("pool.slots")}
        description={t("pool.slotsHint")}
        value={slots}
        min={-1}
        allowDecimal={false}
        onChange={(value) => setSlots(Number(value))}
        required
      />
      <TextInput
        label={t("description")}
        value={description}
        onChange={(e) => setDescription(e.currentTarget.value)}
        disabled={pool?.name === DEFAULT_POOL}
      />
      <Checkbox
        label={t("pool.withDeferred")}
        checked={isWithDeferred}
        onChange={(e) => setWithDeferred(e.currentTarget.checked)}
      />
    </Editor>
  );
}
