import { Alert, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useBroken } from "./useBroken";

/** The file as it is now can't be read: why, and what is shown instead. */
export function BrokenFile({ file }: { file: string }) {
  const { t } = useTranslation("code");
  const broken = useBroken(file);
  if (!broken) return null;
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={t("brokenTitle")}>
      <Stack gap={4}>
        <Text size="sm" className="wrapped" ff="monospace">
          {broken.line === null ? file : `${file}:${broken.line}`}: {broken.message}
        </Text>
        <Text size="sm">{t("broken")}</Text>
      </Stack>
    </Alert>
  );
}
