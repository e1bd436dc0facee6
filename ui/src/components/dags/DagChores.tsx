/** What is done seldom with a DAG: read its file again, delete it. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { Confirm } from "../Confirm";
import { notifyDone, notifyProblem } from "../notify";

export interface DagRef {
  id: string;
  name: string;
  file: string;
}

export function useReparse(dag: DagRef) {
  const { t } = useTranslation("dags");
  return useMutation({
    mutationFn: async () => {
      const params = { path: { dag_id: dag.id } };
      const { data } = await api.GET("/api/v2/dags/{dag_id}", { params });
      const token = (data as { file_token: string }).file_token;
      await api.PUT("/api/v2/parseDagFile/{file_token}", {
        params: { path: { file_token: token } },
      });
    },
    onSuccess: () => notifyDone(t("reparse.done", { file: dag.file })),
    onError: (error) => notifyProblem(t("reparse.failed"), error),
  });
}

interface DeleteDagProps {
  dag: DagRef;
  onClose: () => void;
  onDone?: () => void;
}

export function DeleteDag({ dag, onClose, onDone }: DeleteDagProps) {
  const { t } = useTranslation("dags");
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: async () =>
      api.DELETE("/api/v2/dags/{dag_id}", { params: { path: { dag_id: dag.id } } }),
    onSuccess: async () => {
      onClose();
      onDone?.();
      notifyDone(t("delete.done", { name: dag.name }));
      await client.invalidateQueries();
    },
    onError: (error) => notifyProblem(t("delete.failed", { name: dag.name }), error),
  });
  return (
    <Confirm
      isOpen
      title={t("delete.title", { name: dag.name })}
      verb={t("delete.verb")}
      isDangerous
      isBusy={remove.isPending}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      {t("delete.words", { file: dag.file })}
    </Confirm>
  );
}
