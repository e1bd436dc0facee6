import { Alert, Button, Paper, PasswordInput, Stack, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { notifyDone } from "../../components/notify";

/** One's own password. All other sessions of oneself end with the old one. */
export function PasswordForm() {
  const { t } = useTranslation("account");
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const change = useMutation({
    mutationFn: async () => api.PUT("/api/v2/auth/password", { body: { old, new: next } }),
    onSuccess: () => {
      setOld("");
      setNext("");
      setAgain("");
      notifyDone(t("password.done"));
    },
  });
  const isSame = next === again;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isSame) change.mutate();
  };
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h5" mb="sm">
        {t("password.title")}
      </Title>
      <form onSubmit={submit}>
        <Stack>
          {change.error && (
            <Alert color="red" role="alert">
              {change.error.message}
            </Alert>
          )}
          <PasswordInput
            label={t("password.old")}
            value={old}
            onChange={(event) => setOld(event.currentTarget.value)}
            autoComplete="current-password"
            required
          />
          <PasswordInput
            label={t("password.new")}
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
            autoComplete="new-password"
            required
          />
          <PasswordInput
            label={t("password.again")}
            value={again}
            onChange={(event) => setAgain(event.currentTarget.value)}
            error={again !== "" && !isSame && t("password.differs")}
            autoComplete="new-password"
            required
          />
          <Button type="submit" loading={change.isPending} disabled={!isSame}>
            {t("password.save")}
          </Button>
        </Stack>
      </form>
    </Paper>
  );
}
