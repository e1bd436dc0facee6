import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { notifyDone, notifyProblem } from "../../components/notify";
import type { InstanceKey } from "./instance";
import { typed, XCOM, xcomPath, XCOMS } from "./xcom";

interface XcomDialogProps {
  instanceKey: InstanceKey;
  /** What is changed; a new one is made without. `value` is JSON text. */
  former?: { key: string; value: string };
  onDone: () => void;
  onClose: () => void;
}

/** Writes an XCom by hand. The server refuses it while the task runs. */
export function XcomDialog({ instanceKey, former, onDone, onClose }: XcomDialogProps) {
  const { t } = useTranslation(["instance", "common"]);
  const [key, setKey] = useState(former?.key ?? "");
  const [text, setText] = useState(former?.value ?? "");
  const { value, problem } = typed(text);
  const write = useMutation({
    mutationFn: () => written(instanceKey, key.trim(), value, former === undefined),
    onSuccess: () => {
      notifyDone(t("xcom.saved", { key: key.trim() }));
      onDone();
      onClose();
    },
    onError: (error) => notifyProblem(t("xcom.notSaved"), error),
  });
  const isReady = key.trim() !== "" && problem === null && text !== former?.value;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(former ? "xcom.editTitle" : "xcom.add")}
      closeButtonProps={{ "aria-label": t("common:action.close") }}
      centered
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) write.mutate();
        }}
      >
        <Stack>
          <TextInput
            label={t("xcom.key")}
            value={key}
            readOnly={former !== undefined}
            maxLength={512}
            onChange={(event) => setKey(event.currentTarget.value)}
            data-autofocus={former === undefined || undefined}
            required
          />
          <Textarea
            label={t("xcom.value")}
            description={t("xcom.json")}
            error={text !== "" && problem !== null ? problem : undefined}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            autosize
            minRows={4}
            maxRows={18}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
            data-autofocus={former !== undefined || undefined}
            required
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common:action.cancel")}
            </Button>
            <Button type="submit" loading={write.isPending} disabled={!isReady}>
              {t("common:action.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

async function written(at: InstanceKey, key: string, value: unknown, isNew: boolean) {
  const { xcom_key: _key, ...path } = xcomPath(at, key);
  if (isNew) {
    return api.POST(XCOMS, { params: { path }, body: { key, value, map_index: at.mapIndex } });
  }
  return api.PATCH(XCOM, {
    params: { path: xcomPath(at, key) },
    body: { value, map_index: at.mapIndex },
  });
}
