import { Button, Code, Textarea, TextInput } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { useOffsets } from "../../api/offsets";
import type { Answer } from "../../api/query";
import type { Column } from "../../components/DataTable";
import { AdminList } from "./AdminList";
import { Editor } from "./Editor";
import { ImportVariables } from "./ImportVariables";
import { anywhere, useListSearch } from "./useListSearch";
import { exportedVariables } from "./variables";

type VariablePage = Answer<"/api/v2/variables">;
type Variable = VariablePage["variables"][number];

const rowsOf = (answer: VariablePage) => answer.variables;

export default function VariablesPage() {
  const { t } = useTranslation(["admin", "common"]);
  const found = useSearch({ from: "/inside/admin/variables" });
  const list = useListSearch("/admin/variables", found, "key");
  const pages = useOffsets<Variable, VariablePage>({
    path: "/api/v2/variables",
    query: { order_by: [list.sort], variable_key_pattern: anywhere(list.search) },
    live: ["variables"],
    rowsOf,
  });
  const columns = useMemo(
    (): Column<Variable>[] => [
      { id: "key", header: t("variable.key"), cell: (row) => row.key, isSortable: true },
      {
        id: "value",
        header: t("variable.value"),
        width: "minmax(10rem, 2fr)",
        cell: (row) => <Code className="clipped">{row.value}</Code>,
      },
      {
        id: "description",
        header: t("description"),
        cell: (row) => row.description,
        isMinor: true,
      },
    ],
    [t],
  );
  return (
    <AdminList
      {...list}
      title={t("common:nav.variables")}
      resource="Variables"
      pages={pages}
      columns={columns}
      nameOf={(row) => row.key}
      remove={async (key) =>
        api.DELETE("/api/v2/variables/{variable_key}", { params: { path: { variable_key: key } } })
      }
      editor={(row, close) => <VariableEditor variable={row} onClose={close} />}
      empty={t("variable.none")}
      extra={
        <>
          <ImportVariables />
          <Button
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => save(exportedVariables(pages.rows ?? []))}
            disabled={!pages.rows?.length}
            title={t("variable.exportHint")}
          >
            {t("variable.export")}
          </Button>
        </>
      }
    />
  );
}

/** Gives the browser a file to keep. */
function save(text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = "variables.json";
  link.click();
  URL.revokeObjectURL(link.href);
}

function VariableEditor({ variable, onClose }: { variable: Variable | null; onClose: () => void }) {
  const { t } = useTranslation("admin");
  const [key, setKey] = useState(variable?.key ?? "");
  const [value, setValue] = useState(variable?.value ?? "");
  const [description, setDescription] = useState(variable?.description ?? "");
  const write = async () => {
    const body = { key, value, description: description || null };
    if (!variable) return api.POST("/api/v2/variables", { body });
    return api.PATCH("/api/v2/variables/{variable_key}", {
      params: { path: { variable_key: key } },
      body,
    });
  };
  return (
    <Editor
      title={variable ? t("editOf", { name: key }) : t("variable.new")}
      name={key}
      save={write}
      onClose={onClose}
    >
      <TextInput
        label={t("variable.key")}
        value={key}
        onChange={(event) => setKey(event.currentTarget.value)}
        required
        disabled={variable !== null}
      />
      <Textarea
        label={t("variable.value")}
        description={value === "***" ? t("secretKept") : undefined}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
        autosize
        minRows={3}
        maxRows={14}
      />
      <TextInput
        label={t("description")}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
    </Editor>
  );
}
