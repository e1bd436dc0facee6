import {
  ActionIcon,
  Menu,
  SegmentedControl,
  Stack,
  Text,
  useMantineColorScheme,
} from "@mantine/core";
import { IconLogout, IconUser, IconUserCircle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api } from "../api/client";
import { useMe } from "../api/me";
import { notifyProblem } from "../components/notify";
import { changeLanguage, LANGUAGES, type Language } from "../i18n/i18n";

export function UserMenu() {
  const { t } = useTranslation();
  const me = useMe();
  const name = me?.username ?? "";
  return (
    <Menu position="bottom-end" width={260} shadow="md" closeOnItemClick={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("user.menu", { name })}>
          <IconUserCircle size={22} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Stack gap="xs" p="xs">
          <Text size="sm" fw={600} className="clipped">
            {me?.kind === "none" ? t("user.noAccounts") : name}
          </Text>
          <Text size="xs" c="dimmed">
            {me?.roles.join(", ")}
          </Text>
          <Language />
          <Scheme />
        </Stack>
        {me?.kind === "user" && <AccountItems />}
      </Menu.Dropdown>
    </Menu>
  );
}

function AccountItems() {
  const { t } = useTranslation();
  return (
    <>
      <Menu.Divider />
      <Menu.Item
        leftSection={<IconUser size={16} />}
        renderRoot={(props) => <Link to="/account" {...props} />}
      >
        {t("nav.account")}
      </Menu.Item>
      <Menu.Item
        leftSection={<IconLogout size={16} />}
        onClick={() => void logOut(t("user.logout"))}
      >
        {t("user.logout")}
      </Menu.Item>
    </>
  );
}

async function logOut(title: string): Promise<void> {
  try {
    await api.DELETE("/api/v2/auth/session", {});
    window.location.assign("/login?logout=1");
  } catch (error) {
    notifyProblem(title, error);
  }
}

function Language() {
  const { t, i18n } = useTranslation();
  return (
    <SegmentedControl
      fullWidth
      size="xs"
      aria-label={t("language.label")}
      value={i18n.language}
      onChange={(value) => void changeLanguage(value as Language)}
      data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
    />
  );
}

function Scheme() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      fullWidth
      size="xs"
      aria-label={t("theme.label")}
      value={colorScheme}
      onChange={(value) => setColorScheme(value as typeof colorScheme)}
      data={(["light", "dark", "auto"] as const).map((value) => ({
        value,
        label: t(`theme.${value}`),
      }))}
    />
  );
}
