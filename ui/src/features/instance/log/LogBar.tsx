/** The tools above a log. */

import { ActionIcon, Button, Group, Menu, Tooltip } from "@mantine/core";
import {
  IconAlertCircle,
  IconArrowBarToDown,
  IconClock,
  IconDownload,
  IconFold,
  IconMaximize,
  IconMinimize,
  IconTag,
  IconTextWrap,
  type Icon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { FilterMenu } from "./FilterMenu";
import { downloadAddress, type LogFilter, type LogRef, type LogSummary } from "./log";
import type { Looks } from "./looks";
import { errorCount, levelsOf } from "./summary";

interface LogBarProps {
  log: LogRef;
  summary: LogSummary | null;
  filter: LogFilter;
  onFilter: (filter: LogFilter) => void;
  looks: Looks;
  onLook: (name: keyof Looks) => void;
  onError: () => void;
  /** Null: there are no groups that can be folded. */
  folds: { areAll: boolean; onToggle: () => void } | null;
  follow: { isOn: boolean; onToggle: () => void } | null;
  full: { isOn: boolean; onToggle: () => void };
}

export function LogBar(props: LogBarProps) {
  const { summary, filter, looks, folds, follow, full } = props;
  const { t, i18n } = useTranslation(["log", "common"]);
  const errors = summary ? errorCount(summary) : 0;
  return (
    <Group gap={6}>
      <FilterMenu
        label={t("filter.level")}
        options={summary ? levelsOf(summary) : []}
        chosen={filter.levels}
        onChange={(levels) => props.onFilter({ ...filter, levels })}
      />
      <FilterMenu
        label={t("filter.source")}
        options={summary ? Object.entries(summary.sources) : []}
        chosen={filter.sources}
        onChange={(sources) => props.onFilter({ ...filter, sources })}
      />
      {errors > 0 && (
        <Button
          size="xs"
          variant="light"
          color="red"
          leftSection={<IconAlertCircle size={14} aria-hidden />}
          onClick={props.onError}
        >
          {t("errors", { count: errors, shown: errors.toLocaleString(i18n.language) })}
        </Button>
      )}
      {follow && (
        <Button
          size="xs"
          variant={follow.isOn ? "light" : "default"}
          aria-pressed={follow.isOn}
          leftSection={<IconArrowBarToDown size={14} aria-hidden />}
          onClick={follow.onToggle}
        >
          {t("follow")}
        </Button>
      )}
      <Tool
        label={t("look.wrap")}
        icon={IconTextWrap}
        isOn={looks.isWrapped}
        onClick={() => props.onLook("isWrapped")}
      />
      <Tool
        label={t("look.times")}
        icon={IconClock}
        isOn={looks.hasTimes}
        onClick={() => props.onLook("hasTimes")}
      />
      <Tool
        label={t("look.sources")}
        icon={IconTag}
        isOn={looks.hasSources}
        onClick={() => props.onLook("hasSources")}
      />
      {folds && (
        <Tool label={t("look.fold")} icon={IconFold} isOn={folds.areAll} onClick={folds.onToggle} />
      )}
      <Download log={props.log} />
      <Tool
        label={t(full.isOn ? "look.small" : "look.full")}
        icon={full.isOn ? IconMinimize : IconMaximize}
        isOn={full.isOn}
        onClick={full.onToggle}
      />
    </Group>
  );
}

interface ToolProps {
  label: string;
  icon: Icon;
  isOn: boolean;
  onClick: () => void;
}

function Tool({ label, icon: Shape, isOn, onClick }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        size={30}
        variant={isOn ? "light" : "default"}
        aria-label={label}
        aria-pressed={isOn}
        onClick={onClick}
      >
        <Shape size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

function Download({ log }: { log: LogRef }) {
  const { t } = useTranslation(["log", "common"]);
  return (
    <Menu position="bottom-end" shadow="md" withinPortal>
      <Menu.Target>
        <Tooltip label={t("common:action.download")}>
          <ActionIcon size={30} variant="default" aria-label={t("common:action.download")}>
            <IconDownload size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {(["text", "lines"] as const).map((format) => (
          <Menu.Item key={format} component="a" href={downloadAddress(log, format)} download>
            {t(`download.${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
