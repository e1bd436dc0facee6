/** How full the pools are: a bar, and the numbers beside it. */

import { Anchor, Group, Progress, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useMay } from "../../api/me";
import { StateIcon } from "../../components/State";
import { stateColour, type State } from "../../lib/states";
import { poolPercent, poolsByUse, type PoolUse } from "./home";
import { Panel } from "./Panel";

const SHOWN = 8;

/** What takes slots, in the order of the bar. */
const PARTS = ["running", "queued", "deferred"] as const satisfies readonly State[];

export function Pools({ pools }: { pools: readonly PoolUse[] }) {
  const { t } = useTranslation(["home", "common"]);
  const may = useMay();
  if (!may("can_read", "Pools") || pools.length === 0) return null;
  return (
    <Panel
      title={t("common:nav.pools")}
      count={pools.length > SHOWN ? pools.length : undefined}
      more={
        <Anchor size="sm" renderRoot={(props) => <Link to="/admin/pools" {...props} />}>
          {t("all")}
        </Anchor>
      }
    >
      <Stack gap="sm">
        {poolsByUse(pools)
          .slice(0, SHOWN)
          .map((pool) => (
            <Pool key={pool.name} pool={pool} />
          ))}
      </Stack>
    </Panel>
  );
}

/** Deferred ones take slots only where the pool counts them: as far as its open slots show. */
function partsOf(pool: PoolUse): (typeof PARTS)[number][] {
  const taken = pool.slots - pool.open;
  const countsDeferred = pool.slots >= 0 && taken > pool.running + pool.queued;
  return PARTS.filter((part) => pool[part] > 0 && (part !== "deferred" || countsDeferred));
}

function Pool({ pool }: { pool: PoolUse }) {
  const { t } = useTranslation(["home", "common"]);
  const parts = partsOf(pool);
  const used = parts.reduce((sum, part) => sum + pool[part], 0);
  const words =
    pool.slots < 0 ? t("pools.unlimited", { used }) : t("pools.used", { used, slots: pool.slots });
  return (
    <div>
      <Group justify="space-between" wrap="nowrap" gap="sm" mb={4}>
        <Text size="sm" truncate title={pool.name}>
          {pool.name}
        </Text>
        <Group gap={10} wrap="nowrap" style={{ flexShrink: 0 }}>
          {pool.scheduled > 0 && (
            <Group gap={4} wrap="nowrap">
              <StateIcon state="scheduled" size={14} />
              <Text size="xs">{t("pools.waiting", { count: pool.scheduled })}</Text>
            </Group>
          )}
          <Text size="xs" c="dimmed" className="time">
            {words}
          </Text>
        </Group>
      </Group>
      <Progress.Root size="md">
        {parts.map((part) => (
          <Progress.Section
            key={part}
            value={poolPercent(pool, pool[part]) ?? 0}
            color={stateColour(part)}
            aria-label={`${t(`common:state.${part}`)}: ${pool[part]}`}
          />
        ))}
      </Progress.Root>
    </div>
  );
}
