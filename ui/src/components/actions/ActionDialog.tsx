import { Button, Group, Modal, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface ActionDialogProps {
  title: string;
  /** The verb on the button. */
  verb: string;
  children: ReactNode;
  isDangerous?: boolean;
  isBusy: boolean;
  /** There is nothing to do. */
  isIdle?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Options and what they would do, above the button that does it. It exists only while open. */
export function ActionDialog(props: ActionDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={props.title}
      size="xl"
      closeButtonProps={{ "aria-label": t("action.close") }}
      centered
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          props.onConfirm();
        }}
      >
        <Stack>
          {props.children}
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {t("action.cancel")}
            </Button>
            <Button
              type="submit"
              color={props.isDangerous ? "red" : undefined}
              loading={props.isBusy}
              disabled={props.isIdle ?? false}
            >
              {props.verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
