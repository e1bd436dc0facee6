/** The dialog in which one thing is made or changed; refusals stand in it. */

import { Alert, Button, Group, Modal, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { notifyDone } from "../../components/notify";

interface EditorProps {
  title: string;
  /** What is changed, for the word of success. */
  name: string;
  save: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}

export function Editor({ title, name, save, onClose, children }: EditorProps) {
  const { t } = useTranslation(["admin", "common"]);
  const client = useQueryClient();
  const saving = useMutation({
    mutationFn: save,
    onSuccess: async () => {
      onClose();
      notifyDone(t("saved", { name }));
      await client.invalidateQueries();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      closeButtonProps={{ "aria-label": t("common:action.close") }}
    >
      <form onSubmit={submit}>
        <Stack>
          {saving.error && (
            <Alert color="red" role="alert">
              {saving.error.message}
            </Alert>
          )}
          {children}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common:action.cancel")}
            </Button>
            <Button type="submit" loading={saving.isPending}>
              {t("common:action.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
