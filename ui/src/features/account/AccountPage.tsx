import { Badge, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useMe } from "../../api/me";
import { Page } from "../../components/Page";
import { PasswordForm } from "./PasswordForm";
import { Tokens } from "./Tokens";

/** Oneself: name and roles, the password, and tokens for programs. */
export default function AccountPage() {
  const { t } = useTranslation(["account", "common"]);
  const me = useMe();
  if (!me) return null;
  return (
    <Page title={me.username}>
      <Stack gap="lg">
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            {t("roles")}
          </Text>
          {me.roles.map((role) => (
            <Badge key={role} variant="light" tt="none">
              {role}
            </Badge>
          ))}
        </Group>
        {me.kind === "user" ? (
          <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
            <Tokens />
            <PasswordForm />
          </SimpleGrid>
        ) : (
          <Text size="sm">{t("noAccount")}</Text>
        )}
      </Stack>
    </Page>
  );
}
