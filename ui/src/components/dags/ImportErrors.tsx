/** Files that give no DAGs, or not all of them: where, what, since when, and what runs meanwhile. */

import {
  Accordion,
  Anchor,
  Badge,
  Box,
  Button,
  Collapse,
  Group,
  Paper,
  Stack,
  Text,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconFileAlert, IconRefresh } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { useMay } from "../../api/me";
import { useGet, type Answer } from "../../api/query";
import { Copy } from "../Copy";
import { notifyDone, notifyProblem } from "../notify";
import { Time } from "../Time";
import "./dags.css";

type ImportError = Answer<"/api/v2/importErrors">["import_errors"][number];

const SHOWN_MAX = 100;

interface DagOfFile {
  id: string;
  name: string;
  file: string;
}

interface ImportErrorsProps {
  /** DAGs whose files are broken: their last good version still runs. */
  brokenDags?: readonly DagOfFile[];
  isOpen?: boolean;
}

const NO_DAGS: readonly DagOfFile[] = [];

export function ImportErrors({
  brokenDags = NO_DAGS,
  isOpen: isOpenFirst = false,
}: ImportErrorsProps) {
  const { t } = useTranslation("dags");
  const may = useMay();
  const [isOpen, panel] = useDisclosure(isOpenFirst);
  const query = { limit: SHOWN_MAX, order_by: ["-timestamp" as const] };
  const { data } = useGet(
    "/api/v2/importErrors",
    { params: { query } },
    { live: ["import_errors"], enabled: may("can_read", "ImportError") },
  );
  if (!data || data.total_entries === 0) return null;
  const left = data.total_entries - data.import_errors.length;
  return (
    <Paper withBorder component="section" aria-label={t("errors.label")} className="import-errors">
      <Button
        variant="subtle"
        color="red"
        fullWidth
        className="import-errors-title"
        leftSection={<IconFileAlert size={18} aria-hidden />}
        rightSection={
          <IconChevronDown
            size={16}
            aria-hidden
            style={{ transform: isOpen ? "rotate(180deg)" : undefined }}
          />
        }
        onClick={panel.toggle}
        aria-expanded={isOpen}
      >
        {t("errors.count", { count: data.total_entries })}
      </Button>
      <Collapse expanded={isOpen}>
        <Accordion multiple chevronPosition="left">
          {data.import_errors.map((error) => (
            <ErrorItem
              key={error.import_error_id}
              error={error}
              dags={brokenDags.filter((dag) => dag.file === error.filename)}
            />
          ))}
        </Accordion>
        {left > 0 && (
          <Text size="sm" c="dimmed" p="sm">
            {t("errors.more", { count: left })}
          </Text>
        )}
      </Collapse>
    </Paper>
  );
}

interface ErrorItemProps {
  error: ImportError;
  dags: readonly DagOfFile[];
}

function ErrorItem({ error, dags }: ErrorItemProps) {
  const { t } = useTranslation("dags");
  const place = error.line === null ? error.filename : `${error.filename}:${error.line}`;
  return (
    <Accordion.Item value={String(error.import_error_id)}>
      <Accordion.Control>
        <Group gap="xs" wrap="wrap">
          <Text span size="sm" ff="monospace" className="wrapped">
            {place}
          </Text>
          {dags.length > 0 && (
            <Badge color="gray" variant="light" tt="none">
              {t("errors.runsOnBadge", { count: dags.length })}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed" lineClamp={2} className="wrapped">
          {error.message}
        </Text>
      </Accordion.Control>
      <Accordion.Panel>
        <Stack gap="sm">
          <Group justify="space-between" gap="xs">
            <Text size="sm" c="dimmed">
              {t("errors.since")} <Time at={error.timestamp} isRelative />
            </Text>
            <Reparse error={error} />
          </Group>
          <LastGood dags={dags} />
          <Box pos="relative">
            <Box component="pre" className="code" tabIndex={0} px="sm" mah={360}>
              {error.stack_trace}
            </Box>
            <Box pos="absolute" top={4} right={4}>
              <Copy text={error.stack_trace} label={t("errors.copy")} />
            </Box>
          </Box>
        </Stack>
      </Accordion.Panel>
    </Accordion.Item>
  );
}

/** What runs while the file is broken. */
function LastGood({ dags }: { dags: readonly DagOfFile[] }) {
  const { t } = useTranslation("dags");
  if (dags.length === 0) return <Text size="sm">{t("errors.noGood")}</Text>;
  return (
    <Text size="sm" component="div">
      {t("errors.runsOn")}{" "}
      {dags.map((dag, index) => (
        <span key={dag.id}>
          {index > 0 && ", "}
          <Anchor
            size="sm"
            renderRoot={(props) => (
              <Link to="/dags/$dagId/code" params={{ dagId: dag.id }} {...props} />
            )}
          >
            {dag.name}
          </Anchor>
        </span>
      ))}
    </Text>
  );
}

function Reparse({ error }: { error: ImportError }) {
  const { t } = useTranslation("dags");
  const may = useMay();
  const reparse = useMutation({
    mutationFn: async () =>
      api.PUT("/api/v2/parseDagFile/{file_token}", {
        params: { path: { file_token: error.file_token } },
      }),
    onSuccess: () => notifyDone(t("reparse.done", { file: error.filename })),
    onError: (problem) => notifyProblem(t("reparse.failed"), problem),
  });
  if (!may("can_edit", "DAGs")) return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<IconRefresh size={14} aria-hidden />}
      loading={reparse.isPending}
      onClick={() => reparse.mutate()}
    >
      {t("reparse.verb")}
    </Button>
  );
}
