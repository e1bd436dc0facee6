import {
  Alert,
  Button,
  Center,
  Paper,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api, ApiProblem } from "../../api/client";

/** Only addresses of this server: a link must not lead a login astray. */
export function safeNext(next: string | undefined): string {
  if (!next || !next.startsWith("/") || next.startsWith("//") || next.includes("\\")) return "/";
  return next.startsWith("/login") ? "/" : next;
}

export default function LoginPage() {
  const { t } = useTranslation(["account", "common"]);
  const search = useSearch({ from: "/login" });
  const ways = useQuery({
    queryKey: ["/api/v2/auth/logins", {}],
    queryFn: async () => (await api.GET("/api/v2/auth/logins", {})).data ?? null,
  });
  const next = safeNext(search.next);
  const oidc = ways.data?.oidc;
  return (
    <Center mih="100dvh" p="md" component="main">
      <Paper withBorder p="xl" w="100%" maw={400} radius="md">
        <Stack>
          <Title order={1} size="h3">
            {t("login.title")}
          </Title>
          {search.logout && <Alert color="teal">{t("login.loggedOut")}</Alert>}
          {ways.data?.password !== false && <PasswordForm next={next} />}
          {oidc && (
            <Button
              component="a"
              variant="default"
              href={`${oidc}?next=${encodeURIComponent(next)}`}
            >
              {t("login.oidc")}
            </Button>
          )}
          <Text size="xs" c="dimmed">
            {t("login.hint")}
          </Text>
        </Stack>
      </Paper>
    </Center>
  );
}

function PasswordForm({ next }: { next: string }) {
  const { t } = useTranslation("account");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const logIn = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await api.POST("/api/v2/auth/session", { body: { username, password } });
      window.location.assign(next);
    } catch (error) {
      setBusy(false);
      const status = error instanceof ApiProblem ? error.status : 0;
      setProblem(
        { 0: t("login.offline"), 401: t("login.wrong") }[status] ??
          String((error as Error).message),
      );
    }
  };
  return (
    <form onSubmit={(event) => void logIn(event)}>
      <Stack>
        {problem && (
          <Alert color="red" role="alert">
            {problem}
          </Alert>
        )}
        <TextInput
          label={t("login.username")}
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
          autoComplete="username"
          required
        />
        <PasswordInput
          label={t("login.password")}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          required
        />
        <Button type="submit" loading={isBusy}>
          {t("login.submit")}
        </Button>
      </Stack>
    </form>
  );
}
