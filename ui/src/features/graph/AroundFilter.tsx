import {
  Button,
  Group,
  NumberInput,
  Popover,
  SegmentedControl,
  Select,
  Stack,
} from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { DagSearch } from "../../lib/dagSearch";
import type { Structure } from "./graphOf";

type Direction = "both" | "upstream" | "downstream";

/** The direction that the address asks for; nothing said is both. */
export function directionOf(search: DagSearch): Direction {
  const { filter_upstream, filter_downstream } = search;
  if (filter_upstream && !filter_downstream) return "upstream";
  return filter_downstream && !filter_upstream ? "downstream" : "both";
}

/** What the address says for a direction. */
export function flagsOf(
  direction: Direction,
): Pick<DagSearch, "filter_upstream" | "filter_downstream"> {
  return {
    filter_upstream: direction !== "downstream",
    filter_downstream: direction !== "upstream",
  };
}

/** Of the address, all that limits the graph to a part. */
export const NO_PART = {
  root: undefined,
  depth: undefined,
  filter_upstream: undefined,
  filter_downstream: undefined,
} as const;

interface AroundFilterProps {
  structure: Structure;
  search: DagSearch;
  onSearch: (change: { [K in keyof DagSearch]?: DagSearch[K] | undefined }) => void;
}

/** Shows only what is around a task or a group. */
export function AroundFilter(props: AroundFilterProps) {
  const { t } = useTranslation("graph");
  const { root } = props.search;
  return (
    <Popover position="bottom-start" width={320} trapFocus withinPortal>
      <Popover.Target>
        <Button
          variant={root === undefined ? "default" : "light"}
          leftSection={<IconFilter size={16} aria-hidden />}
          maw={260}
        >
          {root === undefined ? t("part.all") : t("part.around", { name: root })}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Fields {...props} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Fields({ structure, search, onSearch }: AroundFilterProps) {
  const { t } = useTranslation(["graph", "common"]);
  const options = [
    {
      group: t("part.groups"),
      items: structure.groups.map((group) => ({ value: group.group_id, label: group.group_id })),
    },
    {
      group: t("part.tasks"),
      items: structure.nodes.map((task) => ({ value: task.task_id, label: task.task_id })),
    },
  ].filter((group) => group.items.length > 0);
  return (
    <Stack gap="sm">
      <Select
        label={t("part.root")}
        data={options}
        value={search.root ?? null}
        onChange={(root) =>
          onSearch(root === null ? NO_PART : { root, ...flagsOf(directionOf(search)) })
        }
        searchable
        openOnFocus={false}
        clearable
        limit={50}
        comboboxProps={{ withinPortal: false }}
        nothingFoundMessage={t("common:table.noMatch")}
      />
      <SegmentedControl
        aria-label={t("part.direction")}
        value={directionOf(search)}
        disabled={search.root === undefined}
        onChange={(direction) => onSearch(flagsOf(direction as Direction))}
        data={(["upstream", "both", "downstream"] as const).map((value) => ({
          value,
          label: t(`part.${value}`),
        }))}
      />
      <NumberInput
        label={t("part.depth")}
        placeholder={t("part.anyDepth")}
        value={search.depth ?? ""}
        disabled={search.root === undefined}
        min={0}
        max={1000}
        allowDecimal={false}
        onChange={(depth) => onSearch({ depth: typeof depth === "number" ? depth : undefined })}
      />
      <Group justify="flex-end">
        <Button
          variant="default"
          disabled={search.root === undefined}
          onClick={() => onSearch(NO_PART)}
        >
          {t("part.clear")}
        </Button>
      </Group>
    </Stack>
  );
}
