/** What is done seldom with a DAG of the list: read its file again, delete it. */

import { Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCode, IconDotsVertical, IconRefresh, IconTrash } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../api/me";
import { DeleteDag, useReparse } from "../../components/dags/DagChores";
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
      {isAsking && <DeleteDag dag={dag} onClose={ask.close} />}
    </>
  );
}
