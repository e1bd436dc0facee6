/** All instances of a mapped task, which may be ten thousand. */

import { Anchor, Group, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { InstanceActions } from "../../components/actions/InstanceActions";
import { InstanceBulkBar } from "../../components/actions/InstanceBulkBar";
import { DataTable, type Column } from "../../components/DataTable";
import { Empty } from "../../components/Empty";
import { StateIcon, StateLabel } from "../../components/State";
import { Duration, Time } from "../../components/Time";
import { compact } from "../../lib/dagSearch";
import { useNow } from "../../lib/now";
import { toState, type State } from "../../lib/states";
import { countsOf, rowsOf, shownRows, totalOf, type MappedAnswer, type MappedRow } from "./mapped";
import { HERE, ROUTE } from "./route";

interface TaskKey {
  dagId: string;
  runId: string;
  taskId: string;
}

interface MappedTableProps {
  taskKey: TaskKey;
  answer: MappedAnswer;
  /** The one whose page this is. */
  current?: number;
}

export function MappedTable({ taskKey, answer, current }: MappedTableProps) {
  const { t } = useTranslation(["instance", "common"]);
  const search = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: HERE });
  const [text, setText] = useState("");
  const [sort, setSort] = useState("index");
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const state = search.state === undefined ? null : toState(search.state);
  const rows = useMemo(() => rowsOf(answer), [answer]);
  const now = useNow(sort.endsWith("duration"));
  const shown = useMemo(
    () => shownRows(rows, { state, text, sort }, now),
    [rows, state, text, sort, now],
  );
  const columns = useColumns(taskKey);
  const chosen = rows
    .filter((row) => selected.has(String(row.mapIndex)))
    .map((row) => ({ ...taskKey, mapIndex: row.mapIndex, state: row.state }));
  const pick = (next: State | null) => {
    void navigate({
      search: (former) => compact({ ...former, state: next ?? undefined }),
      replace: true,
      resetScroll: false,
    });
  };
  return (
    <Stack gap="sm">
      <Group gap="xs">
        <StateFilters answer={answer} chosen={state} onPick={pick} />
        <TextInput
          type="search"
          size="xs"
          leftSection={<IconSearch size={14} aria-hidden />}
          placeholder={t("mapped.search")}
          aria-label={t("mapped.search")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </Group>
      <InstanceBulkBar instances={chosen} onClear={() => setSelected(new Set())} />
      <DataTable
        label={t("tab.mapped")}
        rows={shown}
        columns={columns}
        keyOf={(row) => String(row.mapIndex)}
        nameOf={(row) => `[${row.mapIndex}]`}
        sort={sort}
        onSort={setSort}
        selection={{ selected, onChange: setSelected }}
        rowHeight={44}
        isCurrent={(row) => row.mapIndex === current}
        empty={<Empty title={t("common:table.noMatch")} />}
      />
      <Text size="xs" c="dimmed" role="status">
        {t("mapped.count", {
          count: totalOf(answer),
          shown: shown.length.toLocaleString(),
          all: totalOf(answer).toLocaleString(),
        })}
        {totalOf(answer) > rows.length &&
          ` ${t("mapped.first", { count: rows.length, shown: rows.length.toLocaleString() })}`}
      </Text>
    </Stack>
  );
}

interface StateFiltersProps {
  answer: MappedAnswer;
  chosen: State | null;
  onPick: (state: State | null) => void;
}

function StateFilters({ answer, chosen, onPick }: StateFiltersProps) {
  const { t, i18n } = useTranslation("common");
  return (
    <Group gap={6}>
      {countsOf(answer).map(([state, count]) => (
        <UnstyledButton
          key={state}
          className="state-filter"
          aria-pressed={state === chosen}
          onClick={() => onPick(state === chosen ? null : state)}
        >
          <StateIcon state={state} size={14} />
          {t(`state.${state}`)}
          <b className="time">{count.toLocaleString(i18n.language)}</b>
        </UnstyledButton>
      ))}
    </Group>
  );
}

function useColumns(taskKey: TaskKey): Column<MappedRow>[] {
  const { t } = useTranslation("instance");
  return useMemo(
    () => [
      {
        id: "index",
        header: t("mapped.index"),
        width: "5.5rem",
        isSortable: true,
        cell: (row) => <IndexLink taskKey={taskKey} row={row} text={`[${row.mapIndex}]`} />,
      },
      {
        id: "label",
        header: t("mapped.label"),
        width: "minmax(7rem, 2fr)",
        isSortable: true,
        cell: (row) =>
          row.label === null ? null : <IndexLink taskKey={taskKey} row={row} text={row.label} />,
      },
      {
        id: "state",
        header: t("fact.state"),
        width: "minmax(8rem, 1fr)",
        isSortable: true,
        cell: (row) => <StateLabel state={row.state} />,
      },
      {
        id: "try",
        header: t("waited.try"),
        width: "5rem",
        align: "right",
        isSortable: true,
        isMinor: true,
        cell: (row) => row.tryNumber || "",
      },
      {
        id: "started",
        header: t("fact.started"),
        width: "minmax(11rem, 1fr)",
        isSortable: true,
        isMinor: true,
        cell: (row) => <Time at={row.startedAt} />,
      },
      {
        id: "duration",
        header: t("fact.took"),
        width: "minmax(6rem, 1fr)",
        isSortable: true,
        isMinor: true,
        cell: (row) => <Duration from={row.startedAt} until={row.endedAt} />,
      },
      {
        id: "actions",
        header: "",
        width: "4rem",
        align: "right",
        cell: (row) => (
          <InstanceActions {...taskKey} mapIndex={row.mapIndex} state={row.state} isCompact />
        ),
      },
    ],
    [t, taskKey],
  );
}

function IndexLink({ taskKey, row, text }: { taskKey: TaskKey; row: MappedRow; text: string }) {
  return (
    <Anchor
      size="sm"
      truncate
      title={text}
      display="block"
      renderRoot={(props) => (
        <Link to={HERE} params={taskKey} search={{ map_index: row.mapIndex }} {...props} />
      )}
    >
      {text}
    </Anchor>
  );
}
