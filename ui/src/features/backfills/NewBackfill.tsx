import { Stack } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { ActionDialog } from "../../components/actions/ActionDialog";
import { notifyDone, notifyProblem } from "../../components/notify";
import { BackfillFields } from "./BackfillFields";
import { DryRun, useDryRun } from "./DryRun";
import { bodyOf, countsOf, NEW_DRAFT, type Body } from "./plan";

const PAUSE_MS = 400;

/** The form of a backfill above what it would do. */
export function NewBackfill({ dagId, onClose }: { dagId: string; onClose: () => void }) {
  const { t } = useTranslation("backfills");
  const client = useQueryClient();
  const [draft, setDraft] = useState(NEW_DRAFT);
  const made = bodyOf(dagId, draft);
  const [settled] = useDebouncedValue(JSON.stringify(made), PAUSE_MS);
  const body = "body" in made ? made.body : null;
  const isSettled = settled === JSON.stringify(made);
  const dryRun = useDryRun(isSettled ? body : null);
  const count = dryRun.data ? countsOf(dryRun.data.backfills).runs : 0;
  const create = useMutation({
    mutationFn: async (wanted: Body) => api.POST("/api/v2/backfills", { body: wanted }),
    onSuccess: ({ data }) => {
      onClose();
      notifyDone(t("created", { number: data?.id ?? "" }));
    },
    onError: (error) => notifyProblem(t("createFailed"), error),
    onSettled: () => client.invalidateQueries({ queryKey: ["/api/v2/backfills"] }),
  });
  return (
    <ActionDialog
      title={t("new")}
      verb={isSettled && count > 0 ? t("create", { count }) : t("createPlain")}
      isBusy={create.isPending}
      isIdle={!isSettled || count === 0}
      onConfirm={() => body && count > 0 && create.mutate(body)}
      onClose={onClose}
    >
      <Stack gap="md">
        <BackfillFields
          draft={draft}
          wrong={"wrong" in made ? made.wrong : null}
          onChange={(change) => setDraft((old) => ({ ...old, ...change }))}
        />
        <DryRun query={dryRun} isAsked={body !== null} />
      </Stack>
    </ActionDialog>
  );
}
