import { Anchor, Group } from "@mantine/core";
import {
  IconCircleDot,
  IconPlayerPlay,
  IconStack2,
  IconSitemap,
  type Icon,
} from "@tabler/icons-react";
import { Link, type LinkProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { components } from "../../api/schema";
import { instanceName } from "../../components/actions/refs";

export type HoldLink = components["schemas"]["Link"];

const ICONS: Readonly<Record<string, Icon>> = {
  task: IconCircleDot,
  run: IconPlayerPlay,
  pool: IconStack2,
  dag: IconSitemap,
};

/** Where a link of a hold leads; null when it points at nothing that has a page. */
export function targetOf(link: HoldLink): LinkProps | null {
  const { dag_id: dagId, run_id: runId, task_id: taskId, map_index: mapIndex } = link;
  if (link.kind === "pool" && link.name) return { to: "/admin/pools", search: { q: link.name } };
  if (!dagId) return null;
  if (link.kind === "dag") return { to: "/dags/$dagId/grid", params: { dagId } };
  if (!runId) return null;
  if (link.kind === "run") return { to: "/dags/$dagId/runs/$runId", params: { dagId, runId } };
  if (!taskId) return null;
  return {
    to: "/dags/$dagId/runs/$runId/tasks/$taskId",
    params: { dagId, runId, taskId },
    search: mapIndex !== null && mapIndex >= 0 ? { map_index: mapIndex } : {},
  };
}

function nameOf(link: HoldLink): string {
  if (link.kind === "pool") return link.name ?? "";
  if (link.kind === "dag") return link.dag_id ?? "";
  if (link.kind === "run") return link.run_id ?? "";
  return instanceName(link.task_id ?? "", link.map_index ?? -1);
}

/** What keeps it, to be gone to. */
export function HoldLinks({ links }: { links: readonly HoldLink[] }) {
  const { t } = useTranslation("instance");
  const known = links.flatMap((link) => {
    const target = targetOf(link);
    return target ? [{ link, target }] : [];
  });
  if (known.length === 0) return null;
  return (
    <Group gap="4px 16px" component="ul" className="instance-list">
      {known.map(({ link, target }, place) => {
        const Shape = ICONS[link.kind] ?? IconCircleDot;
        return (
          <li key={place}>
            <Group gap={6} wrap="nowrap" component="span">
              <Shape size={16} aria-hidden className="instance-icon" />
              <Anchor
                size="sm"
                renderRoot={(props) => <Link {...target} {...props} />}
                title={[link.dag_id, link.run_id].filter(Boolean).join(" · ") || undefined}
              >
                {t(`link.${link.kind}`, { name: nameOf(link), defaultValue: nameOf(link) })}
              </Anchor>
            </Group>
          </li>
        );
      })}
    </Group>
  );
}
