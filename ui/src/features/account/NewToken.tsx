import { Alert, Button, Group, NumberInput, Select, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";

const DAY_MS = 86_400_000;
const DAYS_MAX = 3_650;

/** A new token: what it is called, what it may do, how long. It is shown once. */
export function NewToken({ onMade }: { onMade: (token: string) => void }) {
  const { t } = useTranslation("account");
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [scope, setScope] = useState("read");
  const [days, setDays] = useState<number | string>(30);
  const making = useMutation({
    mutationFn: async () => {
      const ends = new Date(Date.now() + Number(days) * DAY_MS).toISOString();
      const body = { name, scope, expires_at: ends };
      return (await api.POST("/api/v2/auth/tokens", { body })).data;
    },
    onSuccess: async (made) => {
      setName("");
      if (made) onMade(made.access_token);
      await client.invalidateQueries();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    making.mutate();
  };
  return (
    <form onSubmit={submit}>
      {making.error && (
        <Alert color="red" role="alert" mb="sm">
          {making.error.message}
        </Alert>
      )}
      <Group align="flex-end" gap="xs">
        <TextInput
          label={t("token.name")}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          required
          maxLength={100}
        />
        <Select
          label={t("token.scope")}
          w={170}
          value={scope}
          onChange={(value) => setScope(value ?? "read")}
          data={(["read", "all"] as const).map((value) => ({
            value,
            label: t(`token.scopeOf.${value}`),
          }))}
          allowDeselect={false}
        />
        <NumberInput
          label={t("token.days")}
          w={110}
          min={1}
          max={DAYS_MAX}
          clampBehavior="strict"
          required
          allowDecimal={false}
          value={days}
          onChange={setDays}
        />
        <Button type="submit" loading={making.isPending}>
          {t("token.make")}
        </Button>
      </Group>
    </form>
  );
}
