/** What of the graph is shown, and how. */

import { ActionIcon, Group, SegmentedControl, Select, Tooltip } from "@mantine/core";
import {
  IconArrowDown,
  IconArrowLeft,
  IconArrowRight,
  IconArrowsMaximize,
  IconArrowsMinimize,
  IconArrowUp,
  IconTopologyStar3,
  type Icon,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../api/me";
import { useGet } from "../../api/query";
import { RunPicker } from "../../components/RunPicker";
import { ORIENTATIONS, type Orientation } from "../../graph/types";
import type { DagSearch } from "../../lib/dagSearch";
import { dateTime } from "../../lib/time";
import { useZone } from "../../lib/zone";
import { AroundFilter } from "./AroundFilter";
import type { Structure } from "./graphOf";

export type View = "graph" | "table";

interface ToolbarProps {
  dagId: string;
  structure: Structure;
  search: DagSearch;
  onSearch: (change: Partial<DagSearch>) => void;
  onFind: (taskId: string) => void;
  view: View;
  onView: (view: View) => void;
  orientation: Orientation;
  onOrientation: (orientation: Orientation) => void;
  hasOthers: boolean;
  onOthers: (hasOthers: boolean) => void;
  /** Opens or folds all groups. */
  onAll: (isOpen: boolean) => void;
  exports: ReactNode;
}

const ARROWS: Record<Orientation, Icon> = {
  LR: IconArrowRight,
  TB: IconArrowDown,
  RL: IconArrowLeft,
  BT: IconArrowUp,
};

export function Toolbar(props: ToolbarProps) {
  const { t } = useTranslation("graph");
  const { dagId, structure, search, onSearch } = props;
  return (
    <Group gap="xs">
      <RunPicker
        dagId={dagId}
        runId={search.dag_run_id}
        onPick={(dag_run_id) => onSearch({ dag_run_id })}
      />
      <VersionPicker
        dagId={dagId}
        version={search.version}
        onPick={(version) => onSearch({ version })}
      />
      <TaskSearch structure={structure} onFind={props.onFind} />
      <AroundFilter structure={structure} search={search} onSearch={onSearch} />
      {props.view === "graph" && <Drawing {...props} />}
      <SegmentedControl
        aria-label={t("view.label")}
        value={props.view}
        onChange={(view) => props.onView(view as View)}
        data={[
          { value: "graph", label: t("view.graph") },
          { value: "table", label: t("view.table") },
        ]}
      />
    </Group>
  );
}

/** How the picture is drawn. */
function Drawing(props: ToolbarProps) {
  const { t } = useTranslation("graph");
  const hasGroups = props.structure.groups.length > 0;
  return (
    <>
      <Group gap={4} role="group" aria-label={t("orientation.label")}>
        <ActionIcon.Group>
          {ORIENTATIONS.map((orientation) => {
            const Shape = ARROWS[orientation];
            const label = t(`orientation.${orientation}`);
            const isOn = orientation === props.orientation;
            return (
              <Tooltip key={orientation} label={label}>
                <ActionIcon
                  size="input-sm"
                  variant={isOn ? "filled" : "default"}
                  aria-label={label}
                  aria-pressed={isOn}
                  onClick={() => props.onOrientation(orientation)}
                >
                  <Shape size={16} aria-hidden />
                </ActionIcon>
              </Tooltip>
            );
          })}
        </ActionIcon.Group>
      </Group>
      {hasGroups && (
        <ActionIcon.Group>
          <Tool label={t("unfoldAll")} Shape={IconArrowsMaximize} act={() => props.onAll(true)} />
          <Tool label={t("foldAll")} Shape={IconArrowsMinimize} act={() => props.onAll(false)} />
        </ActionIcon.Group>
      )}
      <Tooltip label={t("others")}>
        <ActionIcon
          size="input-sm"
          variant={props.hasOthers ? "filled" : "default"}
          aria-label={t("others")}
          aria-pressed={props.hasOthers}
          onClick={() => props.onOthers(!props.hasOthers)}
        >
          <IconTopologyStar3 size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      {props.exports}
    </>
  );
}

function Tool({ label, Shape, act }: { label: string; Shape: Icon; act: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon size="input-sm" variant="default" aria-label={label} onClick={act}>
        <Shape size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

interface VersionPickerProps {
  dagId: string;
  version: number | undefined;
  onPick: (version: number | undefined) => void;
}

function VersionPicker({ dagId, version, onPick }: VersionPickerProps) {
  const { t } = useTranslation("graph");
  const { zone } = useZone();
  const may = useMay();
  const query = useGet(
    "/api/v2/dags/{dag_id}/dagVersions",
    {
      params: {
        path: { dag_id: dagId },
        query: { limit: 50, order_by: ["-version_number"] },
      },
    },
    { live: ["dag"], enabled: may("can_read", "DAG Versions", dagId) },
  );
  const versions = query.data?.dag_versions ?? [];
  if (versions.length < 2 && version === undefined) return null;
  const options = versions.map((one) => ({
    value: String(one.version_number),
    label: `${t("version.number", { number: one.version_number })} · ${dateTime(one.created_at, zone)}`,
  }));
  if (version !== undefined && !options.some((one) => one.value === String(version))) {
    options.push({ value: String(version), label: t("version.number", { number: version }) });
  }
  return (
    <Select
      aria-label={t("version.pick")}
      data={[{ value: "", label: t("version.ofRun") }, ...options]}
      value={version === undefined ? "" : String(version)}
      onChange={(value) => onPick(value ? Number(value) : undefined)}
      allowDeselect={false}
      w={{ base: "100%", xs: 210 }}
    />
  );
}

const FOUND_MAX = 50;

function TaskSearch({
  structure,
  onFind,
}: {
  structure: Structure;
  onFind: (taskId: string) => void;
}) {
  const { t } = useTranslation(["graph", "common"]);
  const data = structure.nodes.map((task) => ({
    value: task.task_id,
    label: task.task_id.endsWith(task.label) ? task.task_id : `${task.label} (${task.task_id})`,
  }));
  return (
    <Select
      aria-label={t("search")}
      placeholder={t("search")}
      data={data}
      value={null}
      onChange={(taskId) => taskId && onFind(taskId)}
      searchable
      limit={FOUND_MAX}
      nothingFoundMessage={t("common:table.noMatch")}
      w={{ base: "100%", xs: 190 }}
    />
  );
}
