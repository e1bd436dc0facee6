import { ActionIcon, Alert, Code, Group, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { useGet } from "../../api/query";
import { Copy } from "../../components/Copy";
import { notifyProblem } from "../../components/notify";
import { Loaded } from "../../components/Query";
import { Time } from "../../components/Time";
import { NewToken } from "./NewToken";

/** Tokens by which programs act for oneself. */
export function Tokens() {
  const { t } = useTranslation("account");
  const [shown, setShown] = useState<string | null>(null);
  const query = useGet("/api/v2/auth/tokens", {});
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h5" mb="sm">
        {t("token.title")}
      </Title>
      <Stack>
        {shown !== null && (
          <Alert
            color="teal"
            title={t("token.once")}
            withCloseButton
            onClose={() => setShown(null)}
          >
            <Group gap="xs" wrap="nowrap">
              <Code className="wrapped">{shown}</Code>
              <Copy text={shown} />
            </Group>
          </Alert>
        )}
        <NewToken onMade={setShown} />
        <Loaded query={query}>
          {(data) => {
            const open = data.tokens.filter((token) => token.revoked_at === null);
            return open.length === 0 ? (
              <Text size="sm" c="dimmed">
                {t("token.none")}
              </Text>
            ) : (
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t("token.name")}</Table.Th>
                    <Table.Th>{t("token.scope")}</Table.Th>
                    <Table.Th>{t("token.ends")}</Table.Th>
                    <Table.Th>{t("token.used")}</Table.Th>
                    <Table.Td />
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {open.map((token) => (
                    <Table.Tr key={token.token_id}>
                      <Table.Td>{token.name}</Table.Td>
                      <Table.Td>{token.scope}</Table.Td>
                      <Table.Td>
                        <Time at={token.expires_at} />
                      </Table.Td>
                      <Table.Td>
                        <Time at={token.last_used_at} isRelative />
                      </Table.Td>
                      <Table.Td>
                        <Revoke id={token.token_id} name={token.name} />
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            );
          }}
        </Loaded>
      </Stack>
    </Paper>
  );
}

function Revoke({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation("account");
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: async () =>
      api.DELETE("/api/v2/auth/tokens/{token_id}", { params: { path: { token_id: id } } }),
    onSuccess: () => client.invalidateQueries(),
    onError: (error) => notifyProblem(t("token.revoke", { name }), error),
  });
  return (
    <ActionIcon
      variant="subtle"
      color="red"
      loading={revoke.isPending}
      onClick={() => revoke.mutate()}
      aria-label={t("token.revoke", { name })}
    >
      <IconTrash size={16} />
    </ActionIcon>
  );
}
