import { Alert, Button, Code, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconMoodEmpty } from "@tabler/icons-react";
import type { ErrorComponentProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "../api/client";
import { Empty } from "./Empty";
import { ProblemBox } from "./Query";

/** In place of a page that has thrown. */
export function Stopped({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  if (error instanceof ApiProblem) return <ProblemBox problem={error} onRetry={reset} />;
  return (
    <Alert icon={<IconAlertTriangle />} title={t("problem.unexpectedTitle")} color="red">
      <Stack align="flex-start" gap="xs">
        <Text size="sm">{t("problem.unexpected")}</Text>
        <Code block>{String(error)}</Code>
        <Button size="xs" variant="default" onClick={() => location.reload()}>
          {t("action.reload")}
        </Button>
      </Stack>
    </Alert>
  );
}

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Empty title={t("problem.notFoundTitle")} icon={IconMoodEmpty}>
      {t("problem.notFound")}
    </Empty>
  );
}
