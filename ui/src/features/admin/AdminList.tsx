/** What the lists of administration share: a search, a button for a new one, rows, a deletion. */

import { ActionIcon, Button, Group, Stack, TextInput } from "@mantine/core";
import { IconPencil, IconPlus, IconSearch, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../api/me";
import type { CountedPages } from "../../api/offsets";
import { Confirm } from "../../components/Confirm";
import type { Column } from "../../components/DataTable";
import { notifyDone, notifyProblem } from "../../components/notify";
import { Page } from "../../components/Page";
import { ListOf } from "../../components/tables/ListOf";

interface AdminListProps<Row> {
  title: string;
  /** As permissions name it. */
  resource: string;
  pages: CountedPages<Row>;
  columns: readonly Column<Row>[];
  nameOf: (row: Row) => string;
  /** Which rows can't be deleted. */
  isFixed?: (row: Row) => boolean;
  search: string;
  onSearch: (search: string) => void;
  sort: string;
  onSort: (sort: string) => void;
  remove: (name: string) => Promise<unknown>;
  /** The dialog for a row, or for a new one. */
  editor: (row: Row | null, close: () => void) => ReactNode;
  empty: string;
  extra?: ReactNode;
}

export function AdminList<Row>(props: AdminListProps<Row>) {
  const { t } = useTranslation(["admin", "common"]);
  const { nameOf, resource, pages } = props;
  const may = useMay();
  const [edited, setEdited] = useState<Row | "new" | null>(null);
  const [doomed, setDoomed] = useState<string | null>(null);
  const mayEdit = may("can_edit", resource);
  const mayDelete = may("can_delete", resource);
  const { isFixed } = props;
  const columns = useMemo(
    () => [
      ...props.columns,
      {
        id: "acts",
        header: "",
        width: "5.5rem",
        cell: (row: Row) => (
          <Acts
            name={nameOf(row)}
            onEdit={mayEdit ? () => setEdited(() => row) : undefined}
            onDelete={mayDelete && !isFixed?.(row) ? () => setDoomed(nameOf(row)) : undefined}
          />
        ),
      },
    ],
    [props.columns, nameOf, mayEdit, mayDelete, isFixed],
  );
  const close = () => setEdited(null);
  return (
    <Page
      title={props.title}
      actions={
        may("can_create", resource) && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEdited("new")}>
            {t("common:action.create")}
          </Button>
        )
      }
    >
      <Stack gap="sm">
        <Group>
          <TextInput
            type="search"
            aria-label={t("common:action.search")}
            placeholder={t("common:action.search")}
            leftSection={<IconSearch size={16} aria-hidden />}
            defaultValue={props.search}
            onChange={(event) => props.onSearch(event.currentTarget.value)}
            w={{ base: "100%", xs: 280 }}
          />
          {props.extra}
        </Group>
        <ListOf
          label={props.title}
          pages={pages}
          total={pages.total}
          columns={columns}
          keyOf={nameOf}
          nameOf={nameOf}
          sort={props.sort}
          onSort={props.onSort}
          isFiltered={props.search !== ""}
          empty={props.empty}
        />
      </Stack>
      {edited !== null && props.editor(edited === "new" ? null : edited, close)}
      {doomed !== null && (
        <Deletion name={doomed} remove={props.remove} onClose={() => setDoomed(null)} />
      )}
    </Page>
  );
}

interface ActsProps {
  name: string;
  onEdit: (() => void) | undefined;
  onDelete: (() => void) | undefined;
}

function Acts({ name, onEdit, onDelete }: ActsProps) {
  const { t } = useTranslation("admin");
  return (
    <Group gap={2} wrap="nowrap" justify="flex-end">
      {onEdit && (
        <ActionIcon
          variant="subtle"
          color="gray"
          onClick={onEdit}
          aria-label={t("editOf", { name })}
        >
          <IconPencil size={16} />
        </ActionIcon>
      )}
      {onDelete && (
        <ActionIcon
          variant="subtle"
          color="red"
          onClick={onDelete}
          aria-label={t("deleteOf", { name })}
        >
          <IconTrash size={16} />
        </ActionIcon>
      )}
    </Group>
  );
}

interface DeletionProps {
  name: string;
  remove: (name: string) => Promise<unknown>;
  onClose: () => void;
}

function Deletion({ name, remove, onClose }: DeletionProps) {
  const { t } = useTranslation(["admin", "common"]);
  const client = useQueryClient();
  const deletion = useMutation({
    mutationFn: async () => remove(name),
    onSuccess: async () => {
      onClose();
      notifyDone(t("deleted", { name }));
      await client.invalidateQueries();
    },
    onError: (error) => notifyProblem(t("deleteFailed", { name }), error),
  });
  return (
    <Confirm
      isOpen
      isDangerous
      title={t("deleteOf", { name })}
      verb={t("common:action.delete")}
      isBusy={deletion.isPending}
      onConfirm={() => deletion.mutate()}
      onClose={onClose}
    >
      {t("deleteWords")}
    </Confirm>
  );
}
