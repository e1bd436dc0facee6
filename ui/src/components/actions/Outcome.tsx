import { Alert, Box, Progress, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { DataTable } from "../DataTable";
import type { Fault, Outcome } from "./bulk";

/** How far it has come. */
export function BulkProgress({ finished, total }: { finished: number; total: number }) {
  const { t } = useTranslation("actions");
  const label = t("bulk.progress", { finished, total });
  return (
    <Box role="status">
      <Text size="sm" mb={4}>
        {label}
      </Text>
      <Progress value={(100 * finished) / Math.max(1, total)} aria-label={label} />
    </Box>
  );
}

/** What did not work, each with its reason. */
export function Faults({ outcome }: { outcome: Outcome }) {
  const { t } = useTranslation("actions");
  const { done, faults } = outcome;
  return (
    <Stack gap="xs">
      <Alert
        color="orange"
        icon={<IconAlertTriangle aria-hidden />}
        title={t("bulk.faults", { count: faults.length })}
      >
        {t("bulk.worked", { count: done })}
      </Alert>
      <DataTable<Fault>
        label={t("bulk.faults", { count: faults.length })}
        rows={faults}
        keyOf={(fault) => fault.name}
        maxHeight="320px"
        columns={[
          {
            id: "name",
            header: t("bulk.name"),
            cell: (fault) => fault.name,
            width: "minmax(10rem, 1fr)",
          },
          {
            id: "words",
            header: t("bulk.reason"),
            cell: (fault) => fault.words,
            width: "minmax(12rem, 2fr)",
          },
        ]}
      />
    </Stack>
  );
}

const NAMES_SHOWN = 8;

/** The first of many names, and how many there are beside. */
export function Names({ names }: { names: readonly string[] }) {
  const { t } = useTranslation("actions");
  const rest = names.length - NAMES_SHOWN;
  return (
    <Stack gap={2}>
      {names.slice(0, NAMES_SHOWN).map((name) => (
        <Text key={name} size="sm" truncate title={name}>
          {name}
        </Text>
      ))}
      {rest > 0 && (
        <Text size="sm" c="dimmed">
          {t("bulk.more", { count: rest })}
        </Text>
      )}
    </Stack>
  );
}
