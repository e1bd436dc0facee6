import {
  Alert,
  Button,
  FileInput,
  List,
  Modal,
  SegmentedControl,
  Stack,
  Text,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconUpload } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { useMay } from "../../api/me";
import { importedVariables } from "./variables";

const MODES = ["fail", "skip", "overwrite"] as const;

export function ImportVariables() {
  const { t } = useTranslation("admin");
  const may = useMay();
  const [isOpen, dialog] = useDisclosure(false);
  if (!may("can_create", "Variables")) return null;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconUpload size={16} aria-hidden />}
        onClick={dialog.open}
      >
        {t("variable.import")}
      </Button>
      {isOpen && <ImportDialog onClose={dialog.close} />}
    </>
  );
}

function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(["admin", "common"]);
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [mode, setMode] = useState<(typeof MODES)[number]>("fail");
  const reading = useMutation({
    mutationFn: async (chosen: File) => {
      const entities = importedVariables(await chosen.text());
      const { data } = await api.PATCH("/api/v2/variables", {
        body: { actions: [{ action: "create", action_on_existence: mode, entities }] },
      });
      return data;
    },
    onSuccess: () => client.invalidateQueries(),
  });
  const outcome = reading.data?.create;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("variable.import")}
      closeButtonProps={{ "aria-label": t("common:action.close") }}
    >
      <Stack>
        <FileInput
          label={t("variable.file")}
          accept="application/json"
          value={file}
          onChange={setFile}
        />
        <Stack gap={4}>
          <Text size="sm">{t("variable.existing")}</Text>
          <SegmentedControl
            aria-label={t("variable.existing")}
            value={mode}
            onChange={(value) => setMode(value as typeof mode)}
            data={MODES.map((value) => ({ value, label: t(`variable.mode.${value}`) }))}
          />
        </Stack>
        {reading.error && (
          <Alert color="red" role="alert">
            {reading.error.message}
          </Alert>
        )}
        {outcome && (
          <Alert color={outcome.errors?.length ? "orange" : "teal"} role="status">
            {t("variable.imported", { count: outcome.success?.length ?? 0 })}
            <List size="sm">
              {outcome.errors?.map((error) => (
                <List.Item key={JSON.stringify(error)}>{String(error.error)}</List.Item>
              ))}
            </List>
          </Alert>
        )}
        <Button
          disabled={file === null}
          loading={reading.isPending}
          onClick={() => file && reading.mutate(file)}
        >
          {t("variable.import")}
        </Button>
      </Stack>
    </Modal>
  );
}
