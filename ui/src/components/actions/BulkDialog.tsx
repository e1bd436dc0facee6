import { Button, Group, Modal, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ActionDialog } from "./ActionDialog";
import type { Outcome, Report } from "./bulk";
import { BulkProgress, Faults } from "./Outcome";
import type { RunRef } from "./refs";
import { useBulk } from "./useBulk";

interface BulkDialogProps {
  title: string;
  verb: string;
  /** Options, and what they would do. */
  children: ReactNode;
  act: (report: Report) => Promise<Outcome>;
  /** How many steps it takes. */
  total: number;
  runs: readonly RunRef[];
  done: (count: number) => string;
  isDangerous?: boolean;
  isIdle?: boolean;
  /** Everything worked: nothing is selected any more. */
  onDone: () => void;
  onClose: () => void;
}

/** Asks, does it to many, and shows what did not work. */
export function BulkDialog(props: BulkDialogProps) {
  const { t } = useTranslation(["actions", "common"]);
  const bulk = useBulk({
    act: props.act,
    runs: props.runs,
    done: props.done,
    failed: t("bulk.failed"),
    onDone: () => {
      props.onDone();
      props.onClose();
    },
  });
  if (bulk.outcome && bulk.outcome.faults.length > 0) {
    return (
      <Modal
        opened
        onClose={props.onClose}
        title={props.title}
        size="xl"
        closeButtonProps={{ "aria-label": t("common:action.close") }}
        centered
      >
        <Stack>
          <Faults outcome={bulk.outcome} />
          <Group justify="flex-end">
            <Button onClick={props.onClose}>{t("common:action.close")}</Button>
          </Group>
        </Stack>
      </Modal>
    );
  }
  return (
    <ActionDialog
      title={props.title}
      verb={props.verb}
      isDangerous={props.isDangerous ?? false}
      isBusy={bulk.isBusy}
      isIdle={props.isIdle ?? false}
      onConfirm={bulk.start}
      onClose={props.onClose}
    >
      {props.children}
      {bulk.isBusy && props.total > 1 && (
        <BulkProgress finished={bulk.finished} total={props.total} />
      )}
    </ActionDialog>
  );
}
