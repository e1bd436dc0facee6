import { Button, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlayerPause, IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { useMay } from "../../api/me";
import { Confirm } from "../../components/Confirm";
import { notifyDone, notifyProblem } from "../../components/notify";
import type { Backfill } from "./BackfillCard";

type Verb = "pause" | "unpause" | "cancel";

/** Holds a backfill, lets it go on, ends it. */
export function BackfillActions({ backfill }: { backfill: Backfill }) {
  const { t } = useTranslation("backfills");
  const may = useMay();
  const [isAsking, { open, close }] = useDisclosure(false);
  const act = useMove(backfill.id, close);
  if (!may("can_edit", "Backfills", backfill.dag_id)) return null;
  const verb = backfill.is_paused ? "unpause" : "pause";
  const Icon = backfill.is_paused ? IconPlayerPlay : IconPlayerPause;
  return (
    <Group gap="xs">
      <Button
        size="xs"
        variant="default"
        leftSection={<Icon size={14} aria-hidden />}
        loading={act.isPending && act.variables === verb}
        onClick={() => act.mutate(verb)}
      >
        {t(`action.${verb}`)}
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPlayerStop size={14} aria-hidden />}
        onClick={open}
      >
        {t("action.cancel")}
      </Button>
      <Confirm
        isOpen={isAsking}
        title={t("cancel.title", { number: backfill.id })}
        verb={t("action.cancel")}
        isDangerous
        isBusy={act.isPending}
        onConfirm={() => act.mutate("cancel")}
        onClose={close}
      >
        {t("cancel.words")}
      </Confirm>
    </Group>
  );
}

function useMove(id: number, onDone: () => void) {
  const { t } = useTranslation("backfills");
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (verb: Verb) =>
      api.PUT(`/api/v2/backfills/{backfill_id}/${verb}`, {
        params: { path: { backfill_id: id } },
      }),
    onSuccess: (_, verb) => {
      onDone();
      notifyDone(t(`done.${verb}`, { number: id }));
    },
    onError: (error, verb) => notifyProblem(t(`failed.${verb}`), error),
    onSettled: () => client.invalidateQueries({ queryKey: ["/api/v2/backfills"] }),
  });
}
