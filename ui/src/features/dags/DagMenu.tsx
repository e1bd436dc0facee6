/** What is done seldom with a DAG of the list: read its file again, delete it. */

import { Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCode, IconDotsVertical, IconRefresh, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { useMay } from "../../api/me";
import { Confirm } from "../../components/Confirm";
import { notifyDone, notifyProblem } from "../../components/notify";
import type { DagRow } from "./rows";

/** Only a button, until it is used for the first time: the list has one for each row. */
export function DagMenu({ dag }: { dag: DagRow }) {
  const { t } = useTranslation("dags");
  const [isWanted, setWanted] = useState(false);
  if (isWanted) return <UsedMenu dag={dag} />;
  return (
    <button
      type="button"
      className="dag-button"
      aria-label={t("menuOf", { name: dag.name })}
      aria-haspopup="menu"
      aria-expanded={false}
      onClick={() => setWanted(true)}
    >
      <IconDotsVertical size={18} aria-hidden />
    </button>
  );
}

function UsedMenu({ dag }: { dag: DagRow }) {
  const { t } = useTranslation(["dags", "common"]);
  const may = useMay();
  const [isAsking, ask] = useDisclosure(false);
  const reparse = useReparse(dag);
  return (
    <>
      <Menu position="bottom-end" withinPortal defaultOpened>
        <Menu.Target>
          <button type="button" className="dag-button" aria-label={t("menuOf", { name: dag.name })}>
            <IconDotsVertical size={18} aria-hidden />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconCode size={16} aria-hidden />}
            renderRoot={(props) => (
              <Link to="/dags/$dagId/code" params={{ dagId: dag.id }} {...props} />
            )}
          >
            {t("showCode")}
          </Menu.Item>
          {may("can_edit", "DAGs", dag.id) && (
            <Menu.Item
              leftSection={<IconRefresh size={16} aria-hidden />}
              onClick={() => reparse.mutate()}
            >
              {t("reparse.verb")}
            </Menu.Item>
          )}
          {may("can_delete", "DAGs", dag.id) && (
            <Menu.Item
              color="red"
              leftSection={<IconTrash size={16} aria-hidden />}
              onClick={ask.open}
            >
              {t("delete.verb")}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {isAsking && <DeleteDialog dag={dag} onClose={ask.close} />}
    </>
  );
}

function useReparse(dag: DagRow) {
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

function DeleteDialog({ dag, onClose }: { dag: DagRow; onClose: () => void }) {
  const { t } = useTranslation("dags");
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: async () =>
      api.DELETE("/api/v2/dags/{dag_id}", { params: { path: { dag_id: dag.id } } }),
    onSuccess: async () => {
      onClose();
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
