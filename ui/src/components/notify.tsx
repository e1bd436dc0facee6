/** Short messages about what was done in the background. */

import { notifications } from "@mantine/notifications";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";

import { ApiProblem } from "../api/client";

export function notifyDone(message: string): void {
  notifications.show({ message, color: "teal", icon: <IconCheck size={18} aria-hidden /> });
}

/** `title`: what was tried. The reason stays until it is closed. */
export function notifyProblem(title: string, error: unknown): void {
  const message = error instanceof ApiProblem || error instanceof Error ? error.message : "";
  notifications.show({
    title,
    message,
    color: "red",
    autoClose: false,
    icon: <IconAlertTriangle size={18} aria-hidden />,
  });
}
