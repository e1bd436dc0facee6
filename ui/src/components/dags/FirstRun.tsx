/** In place of an empty deployment: how the first DAG is added. The file is noticed by itself. */

import {
  Alert,
  Box,
  Code as Inline,
  Group,
  Loader,
  Paper,
  Stack,
  Text,
  Title,
} from "@mantine/core";
import { IconFolder } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { Copy } from "../Copy";
import { Lines } from "../Query";
import { ImportErrors } from "./ImportErrors";

const Code = lazy(() => import("../Code"));

export function FirstRun() {
  const { t } = useTranslation("dags");
  const config = useGet("/api/v2/ui/config", {});
  const folder = config.data?.dags_folder ?? "";
  const example = exampleDag(t("first.greeting"));
  return (
    <Stack maw={760} mx="auto" w="100%" gap="md" py="md">
      <Box ta="center">
        <Title order={2} size="h3">
          {t("first.title")}
        </Title>
        <Text c="dimmed" mt={4}>
          {t("first.intro")}
        </Text>
      </Box>
      <ImportErrors />
      <Step number={1} title={t("first.folder")}>
        <Group gap={6} wrap="nowrap">
          <IconFolder size={18} aria-hidden style={{ flexShrink: 0 }} />
          <Inline className="wrapped">{folder}</Inline>
          <Copy text={folder} label={t("first.copyFolder")} />
        </Group>
      </Step>
      <Step number={2} title={t("first.file", { name: "hello.py" })}>
        <Box pos="relative">
          <Suspense fallback={<Lines count={10} />}>
            <Code text={example} language="python" label={t("first.example")} />
          </Suspense>
          <Box pos="absolute" top={6} right={6}>
            <Copy text={example} label={t("first.copyExample")} />
          </Box>
        </Box>
      </Step>
      <Alert color="cyan" icon={<Loader size={18} aria-hidden />} role="status">
        {t("first.waiting")}
      </Alert>
    </Stack>
  );
}

function Step(props: { number: number; title: string; children: React.ReactNode }) {
  return (
    <Paper withBorder p="md" component="section" aria-label={props.title}>
      <Group gap="xs" mb="sm">
        <Text span fw={700} c="dimmed">
          {props.number}
        </Text>
        <Text span fw={600}>
          {props.title}
        </Text>
      </Group>
      {props.children}
    </Paper>
  );
}

/** Ten lines that run as they are. */
function exampleDag(greeting: string): string {
  return `from datetime import datetime

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("hello", schedule="@daily", start_date=datetime(2026, 1, 1), catchup=False):
    say = BashOperator(task_id="say", bash_command="echo '${greeting}'")
    tell = BashOperator(task_id="tell", bash_command="echo {{ ds }}")

    say >> tell
`;
}
