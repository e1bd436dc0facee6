/** What stands where an answer is missing: still loading, forbidden, gone, failed. */

import { Alert, Button, Center, Loader, Skeleton, Stack, Text } from "@mantine/core";
import {
  IconAlertTriangle,
  IconLock,
  IconMoodEmpty,
  IconPlugConnectedX,
} from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "../api/client";

interface LoadedProps<T> {
  query: UseQueryResult<T, ApiProblem>;
  children: (data: T) => ReactNode;
  /** In place of the usual lines. */
  skeleton?: ReactNode;
}

/** Shows an answer once it is there, and what is wrong as long as it is not. */
export function Loaded<T>({ query, children, skeleton }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) {
    return <ProblemBox problem={query.error} onRetry={() => void query.refetch()} />;
  }
  return skeleton ?? <Lines />;
}

/** Grey lines while something loads. */
export function Lines({ count = 6 }: { count?: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" role="status" aria-label={t("loading")}>
      {Array.from({ length: count }, (_, line) => (
        <Skeleton key={line} height={18} width={`${95 - ((line * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}

export function Waiting() {
  const { t } = useTranslation();
  return (
    <Center mih={160} role="status" aria-label={t("loading")}>
      <Loader />
    </Center>
  );
}

const ICONS = { 0: IconPlugConnectedX, 403: IconLock, 404: IconMoodEmpty };

/** An error with what it means and what can be done. */
export function ProblemBox({ problem, onRetry }: { problem: Error; onRetry?: () => void }) {
  const { t } = useTranslation();
  const status = problem instanceof ApiProblem ? problem.status : -1;
  const Icon = ICONS[status as keyof typeof ICONS] ?? IconAlertTriangle;
  const kind = { 0: "offline", 403: "forbidden", 404: "notFound" }[status];
  const title =
    kind === "offline" ? t("problem.offlineShort") : t(`problem.${kind ?? "server"}Title`);
  return (
    <Alert
      icon={<Icon />}
      title={title}
      color={status === 403 || status === 404 ? "gray" : "red"}
      role="alert"
    >
      <Stack gap="xs" align="flex-start">
        {kind && <Text size="sm">{t(`problem.${kind}`)}</Text>}
        {kind !== "offline" && (
          <Text size="sm" c="dimmed" className="wrapped">
            {problem.message}
          </Text>
        )}
        {onRetry && status !== 403 && (
          <Button size="xs" variant="default" onClick={onRetry}>
            {t("action.retry")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
