import { Badge, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { Empty } from "../../components/Empty";
import { Loaded } from "../../components/Query";
import { Time } from "../../components/Time";
import { store, stored } from "../../lib/stored";
import { counted, readDiff } from "./diff";
import { DiffText, type DiffShape } from "./DiffText";
import { shortCode } from "./places";
import { SpecChanges } from "./SpecChanges";

interface DiffPartProps {
  dagId: string;
  before: string;
  after: string;
}

/** What changed between two versions: in what the DAG says, and in its code. */
export function DiffPart({ dagId, before, after }: DiffPartProps) {
  const query = useGet(
    "/api/v2/dags/{dag_id}/diff",
    { params: { path: { dag_id: dagId }, query: { from: before, to: after } } },
    { keep: true },
  );
  const isNarrow = useMediaQuery("(max-width: 62em)") ?? false;
  const [chosen, setChosen] = useState<DiffShape>(() =>
    stored("code.diff") === "inline" ? "inline" : "sides",
  );
  const shape = isNarrow ? "inline" : chosen;
  const choose = (next: DiffShape) => {
    store("code.diff", next);
    setChosen(next);
  };
  const { t } = useTranslation("code");
  return (
    <Loaded query={query}>
      {(diff) => {
        const files = readDiff(diff.code);
        return (
          <Stack gap="md">
            <Group gap="xs">
              <Side place={diff.before} /> <Text span>→</Text> <Side place={diff.after} />
            </Group>
            <SpecChanges changes={diff.spec} />
            {files.length === 0 ? (
              <Empty title={t("sameCode")} />
            ) : (
              <>
                <Group justify="space-between" gap="xs">
                  <Text size="sm">{t("lines", counted(files))}</Text>
                  {!isNarrow && (
                    <SegmentedControl
                      aria-label={t("shape.label")}
                      size="xs"
                      data={[
                        { value: "sides", label: t("shape.sides") },
                        { value: "inline", label: t("shape.inline") },
                      ]}
                      value={shape}
                      onChange={(next) => choose(next as DiffShape)}
                    />
                  )}
                </Group>
                {files.map((file) => (
                  <DiffText key={`${file.before} ${file.after}`} file={file} shape={shape} />
                ))}
              </>
            )}
          </Stack>
        );
      }}
    </Loaded>
  );
}

interface SideProps {
  place: { version_number: number; code_version: string; created_at: string };
}

function Side({ place }: SideProps) {
  const { t } = useTranslation("code");
  return (
    <Group gap={6} component="span" display="inline-flex">
      {place.version_number > 0 && (
        <Badge variant="light" tt="none">
          {t("numbered", { number: place.version_number })}
        </Badge>
      )}
      <Text span size="sm" c="dimmed">
        {shortCode(place.code_version)}
      </Text>
      <Text span size="sm">
        <Time at={place.created_at} />
      </Text>
    </Group>
  );
}
