/** What stands around every page: sidebar, search, zone, account, and the live connection. */

import { Alert, AppShell, Box, Burger, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "../api/me";
import { useGet } from "../api/query";
import { Waiting } from "../components/Query";
import { store, stored } from "../lib/stored";
import { ZoneProvider } from "../lib/zone";
import { useLive } from "../live/useLive";
import { Banners } from "./Banners";
import { useIsPaletteWanted } from "./palette";
import { PaletteButton } from "./PaletteButton";
import { Shortcuts } from "./Shortcuts";
import { Sidebar } from "./Sidebar";
import { UserMenu } from "./UserMenu";
import { ZonePicker } from "./ZonePicker";

const Palette = lazy(() => import("./Palette"));

export default function Frame() {
  const { t } = useTranslation();
  const me = useMe();
  const config = useGet("/api/v2/ui/config", {});
  const { isConnected } = useLive(me !== undefined);
  const [isOpen, menu] = useDisclosure(false);
  const [isSmall, setSmall] = useState(() => stored("sidebar") === "small");
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const isPaletteWanted = useIsPaletteWanted();
  const { close } = menu;
  useEffect(close, [pathname, close]);
  const toggleSize = () => {
    store("sidebar", isSmall ? null : "small");
    setSmall(!isSmall);
  };
  if (!config.data) return <Waiting />;
  return (
    <ZoneProvider deployment={config.data.default_timezone}>
      <a className="skip-link" href="#content">
        {t("skip")}
      </a>
      <AppShell
        header={{ height: 52 }}
        navbar={{ width: isSmall ? 60 : 220, breakpoint: "sm", collapsed: { mobile: !isOpen } }}
        padding="md"
      >
        <AppShell.Header>
          <Group h="100%" px="sm" gap="sm" wrap="nowrap" justify="space-between">
            <Group gap="sm" wrap="nowrap" miw={0}>
              <Burger
                opened={isOpen}
                onClick={menu.toggle}
                hiddenFrom="sm"
                size="sm"
                aria-label={t("nav.open")}
              />
              <Text fw={700} className="clipped">
                {config.data.instance_name || t("app")}
              </Text>
            </Group>
            <Group gap={6} wrap="nowrap">
              <PaletteButton />
              <ZonePicker />
              <UserMenu />
            </Group>
          </Group>
        </AppShell.Header>
        <AppShell.Navbar p="xs">
          <Sidebar isSmall={isSmall} onToggle={toggleSize} />
        </AppShell.Navbar>
        <AppShell.Main id="content" tabIndex={-1}>
          {!isConnected && (
            <Alert color="orange" icon={<IconPlugConnectedX />} mb="md" role="status">
              {t("problem.offline")}
            </Alert>
          )}
          <Banners config={config.data} />
          <Box maw={1900} mx="auto">
            <Suspense fallback={<Waiting />}>
              <Outlet />
            </Suspense>
          </Box>
        </AppShell.Main>
      </AppShell>
      {isPaletteWanted && (
        <Suspense fallback={null}>
          <Palette />
        </Suspense>
      )}
      <Shortcuts />
    </ZoneProvider>
  );
}
