import { ActionIcon, Box, Group, Text, Tooltip } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { Copy } from "../../components/Copy";
import { Loaded } from "../../components/Query";
import { download } from "./download";
import { shortCode } from "./places";
import { Source } from "./Source";
import { UsedBy } from "./UsedBy";
import { useBroken } from "./useBroken";

interface SourcePartProps {
  dagId: string;
  file: string;
  codeRef: string | undefined;
  /** Shows the code of this run instead. */
  runId: string | undefined;
}

/** The text of the file in one version, and which runs ran it. */
export function SourcePart({ dagId, file, codeRef, runId }: SourcePartProps) {
  const { t } = useTranslation(["code", "common"]);
  const ofVersion = useGet(
    "/api/v2/dags/{dag_id}/code/{code_version}",
    { params: { path: { dag_id: dagId, code_version: codeRef ?? "" } } },
    { enabled: runId === undefined && codeRef !== undefined, keep: true },
  );
  const ofRun = useGet(
    "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/code",
    { params: { path: { dag_id: dagId, dag_run_id: runId ?? "" } } },
    { enabled: runId !== undefined, live: ["run"] },
  );
  const broken = useBroken(file);
  return (
    <Loaded query={runId === undefined ? ofVersion : ofRun}>
      {(code) => (
        <Box>
          <Group justify="space-between" gap="xs" mb={4}>
            <Text size="sm" className="wrapped">
              {runId !== undefined && <>{t("ofRun", { run: runId })} · </>}
              {code.relative_fileloc}
              {code.version_number > 0 && <> · {t("numbered", { number: code.version_number })}</>}
              <Text span c="dimmed" size="sm">
                {" "}
                · {shortCode(code.code_version)}
              </Text>
            </Text>
            <Group gap={4}>
              <Copy text={code.content} label={t("copy")} />
              <Tooltip label={t("common:action.download")}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={t("common:action.download")}
                  onClick={() => download(code.relative_fileloc, code.content)}
                >
                  <IconDownload size={16} />
                </ActionIcon>
              </Tooltip>
            </Group>
          </Group>
          <UsedBy dagId={dagId} codeVersion={code.code_version} />
          <Source
            text={code.content}
            label={t("label", { file: code.relative_fileloc })}
            wrongLine={broken?.line ?? null}
          />
        </Box>
      )}
    </Loaded>
  );
}
