import { Autocomplete, NumberInput, PasswordInput, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import type { Connection } from "./ConnectionsPage";
import { CONNECTION_TYPES, extraFault, fieldsOf, type Field } from "./connectionTypes";
import { Editor } from "./Editor";

interface ConnectionEditorProps {
  connection: Connection | null;
  onClose: () => void;
}

type Draft = Record<"id" | "type" | "description" | "extra" | Field, string>;

function draftOf(row: Connection | null): Draft {
  return {
    id: row?.connection_id ?? "",
    type: row?.conn_type ?? "generic",
    description: row?.description ?? "",
    host: row?.host ?? "",
    port: row?.port ? String(row.port) : "",
    login: row?.login ?? "",
    password: row?.password ?? "",
    schema: row?.schema ?? "",
    extra: row?.extra ?? "",
  };
}

/** Fields that the type does not use are sent as they were: changing the type loses nothing. */
function bodyOf(draft: Draft) {
  return {
    connection_id: draft.id,
    conn_type: draft.type,
    description: draft.description || null,
    host: draft.host || null,
    login: draft.login || null,
    password: draft.password || null,
    schema: draft.schema || null,
    port: draft.port === "" ? null : Number(draft.port),
    extra: draft.extra || null,
  };
}

export function ConnectionEditor({ connection, onClose }: ConnectionEditorProps) {
  const { t } = useTranslation("admin");
  const [draft, setDraft] = useState(() => draftOf(connection));
  const put = (field: keyof Draft) => (value: string) => setDraft({ ...draft, [field]: value });
  const fault = extraFault(draft.extra);
  const save = async () => {
    if (fault) throw new Error(t(`connection.${fault}`));
    const body = bodyOf(draft);
    if (!connection) return api.POST("/api/v2/connections", { body });
    return api.PATCH("/api/v2/connections/{connection_id}", {
      params: { path: { connection_id: connection.connection_id } },
      body,
    });
  };
  return (
    <Editor
      title={connection ? t("editOf", { name: draft.id }) : t("connection.new")}
      name={draft.id}
      save={save}
      onClose={onClose}
    >
      <TextInput
        label={t("connection.id")}
        value={draft.id}
        onChange={(event) => put("id")(event.currentTarget.value)}
        required
        disabled={connection !== null}
      />
      <Autocomplete
        label={t("connection.type")}
        data={Object.keys(CONNECTION_TYPES)}
        value={draft.type}
        onChange={put("type")}
        required
      />
      <TextInput
        label={t("description")}
        value={draft.description}
        onChange={(event) => put("description")(event.currentTarget.value)}
      />
      {fieldsOf(draft.type).map((field) => (
        <OneField key={field} field={field} draft={draft} onChange={put(field)} />
      ))}
      <Textarea
        label={t("connection.extra")}
        description={draft.extra.includes("***") ? t("secretKept") : t("connection.extraHint")}
        value={draft.extra}
        onChange={(event) => put("extra")(event.currentTarget.value)}
        error={fault && t(`connection.${fault}`)}
        autosize
        minRows={2}
        maxRows={10}
      />
    </Editor>
  );
}

interface OneFieldProps {
  field: Field;
  draft: Draft;
  onChange: (value: string) => void;
}

function OneField({ field, draft, onChange }: OneFieldProps) {
  const { t } = useTranslation("admin");
  const label = t(`connection.${field}`);
  if (field === "port") {
    return (
      <NumberInput
        label={label}
        value={draft.port}
        placeholder={String(CONNECTION_TYPES[draft.type]?.port ?? "")}
        min={0}
        max={65_535}
        allowDecimal={false}
        onChange={(value) => onChange(String(value))}
      />
    );
  }
  if (field === "password") {
    return (
      <PasswordInput
        label={label}
        description={draft.password === "***" ? t("secretKept") : undefined}
        value={draft.password}
        autoComplete="new-password"
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput
      label={label}
      value={draft[field]}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
