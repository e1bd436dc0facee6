import { ActionIcon, Divider, NavLink, ScrollArea, Stack, Text, Tooltip } from "@mantine/core";
import {
  IconBook2,
  IconLayoutSidebarLeftCollapse,
  IconLayoutSidebarLeftExpand,
} from "@tabler/icons-react";
import { Link, useRouterState } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useMay } from "../api/me";
import { MENU, type MenuItem } from "./menu";

interface SidebarProps {
  isSmall: boolean;
  onToggle: () => void;
}

export function Sidebar({ isSmall, onToggle }: SidebarProps) {
  const { t } = useTranslation();
  const may = useMay();
  const Toggle = isSmall ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  return (
    <Stack h="100%" gap={0} component="nav" aria-label={t("nav.label")}>
      <ScrollArea flex={1} type="hover">
        {MENU.map((group) => {
          const items = group.items.filter(
            (item) => !item.resource || may("can_read", item.resource),
          );
          if (items.length === 0) return null;
          return (
            <div key={group.name ?? "top"}>
              {group.name &&
                (isSmall ? (
                  <Divider my="xs" />
                ) : (
                  <Text size="xs" c="dimmed" fw={600} px="sm" pt="md" pb={4}>
                    {t(`nav.${group.name}`)}
                  </Text>
                ))}
              {items.map((item) => (
                <SidebarLink key={item.to} item={item} isSmall={isSmall} />
              ))}
            </div>
          );
        })}
        <Divider my="xs" />
        <NavLink
          href="/docs"
          label={isSmall ? null : t("nav.apiDocs")}
          aria-label={t("nav.apiDocs")}
          leftSection={<IconBook2 size={18} aria-hidden />}
        />
      </ScrollArea>
      <ActionIcon
        variant="subtle"
        color="gray"
        visibleFrom="sm"
        onClick={onToggle}
        aria-label={t(isSmall ? "nav.expand" : "nav.collapse")}
      >
        <Toggle size={18} />
      </ActionIcon>
    </Stack>
  );
}

function SidebarLink({ item, isSmall }: { item: MenuItem; isSmall: boolean }) {
  const { t } = useTranslation();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const isHere = item.to === "/" ? pathname === "/" : pathname.startsWith(item.to);
  const Shape = item.icon;
  return (
    <Tooltip label={t(`nav.${item.name}`)} position="right" disabled={!isSmall}>
      <NavLink
        label={isSmall ? null : t(`nav.${item.name}`)}
        aria-label={t(`nav.${item.name}`)}
        aria-current={isHere ? "page" : undefined}
        active={isHere}
        leftSection={<Shape size={18} aria-hidden />}
        renderRoot={(props) => <Link to={item.to} {...props} />}
        style={{ borderRadius: "var(--mantine-radius-md)" }}
      />
    </Tooltip>
  );
}
