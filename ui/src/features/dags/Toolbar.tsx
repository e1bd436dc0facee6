/** Search, filters, order and view of the list: all but what is being typed is in the address. */

import {
  Button,
  Chip,
  CloseButton,
  Group,
  MultiSelect,
  SegmentedControl,
  Select,
  TextInput,
  VisuallyHidden,
} from "@mantine/core";
import {
  IconLayoutGrid,
  IconList,
  IconArrowsSort,
  IconSearch,
  IconStarFilled,
  IconAlertTriangle,
} from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";

import { StateIcon } from "../../components/State";
import { compact } from "../../lib/dagSearch";
import { toState } from "../../lib/states";
import { store } from "../../lib/stored";
import {
  CONDITIONS,
  namesIn,
  SORTS,
  STATUSES,
  toCondition,
  toStatus,
  type Condition,
  type Found,
} from "./filter";
import type { DagRow } from "./rows";

export type View = "table" | "cards";

/** Typing is followed by the address when it pauses so long. */
const PAUSE_MS = 250;
const OPTIONS_SHOWN = 60;

interface ToolbarProps {
  rows: readonly DagRow[];
  found: Found;
  view: View;
  typed: string;
  onType: (typed: string) => void;
}

function useFilter() {
  const search = useSearch({ from: "/inside/dags" });
  const navigate = useNavigate({ from: "/dags" });
  const set = (change: Partial<Record<keyof typeof search, unknown>>) =>
    void navigate({
      search: (old) => compact({ ...old, ...change }) as typeof search,
      replace: true,
      resetScroll: false,
    });
  return { search, set };
}

export function Toolbar({ rows, found, view, typed, onType }: ToolbarProps) {
  const { search, set } = useFilter();
  const { tags, owners, status, state, favourite } = search;
  const isFiltered = Boolean(typed || tags || owners || status || state || favourite);
  const clear = () => {
    onType("");
    set({
      ...{ q: undefined, tags: undefined, owners: undefined },
      ...{ status: undefined, state: undefined, favourite: undefined },
    });
  };
  return (
    <Group component="section" gap="sm" align="center" className="dags-toolbar">
      <SearchField typed={typed} onType={onType} />
      <StatusFilter found={found} />
      <ConditionFilter found={found} />
      <NameFilters rows={rows} />
      {isFiltered && <ClearButton onClear={clear} />}
      <Group gap="sm" ml="auto" wrap="nowrap" className="dags-view">
        <SortPicker />
        <ViewPicker view={view} />
      </Group>
    </Group>
  );
}

function SearchField({ typed, onType }: Pick<ToolbarProps, "typed" | "onType">) {
  const { t } = useTranslation("dags");
  const { search, set } = useFilter();
  const { q = "" } = search;
  // What this field has put into the address; anything else there came from elsewhere.
  const own = useRef(q);
  useEffect(() => {
    if (q === own.current) return;
    own.current = q;
    onType(q);
  }, [q, onType]);
  useEffect(() => {
    if (typed === own.current) return undefined;
    const timer = setTimeout(() => {
      own.current = typed;
      set({ q: typed || undefined });
    }, PAUSE_MS);
    return () => clearTimeout(timer);
    // oxlint-disable-next-line react/exhaustive-deps -- `set` is new each time and does the same
  }, [typed]);
  return (
    <TextInput
      type="search"
      value={typed}
      onChange={(event) => onType(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Escape" && onType("")}
      placeholder={t("search.hint")}
      aria-label={t("search.label")}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        typed && <CloseButton size="sm" onClick={() => onType("")} aria-label={t("search.clear")} />
      }
      className="dags-search"
    />
  );
}

function StatusFilter({ found }: { found: Found }) {
  const { t } = useTranslation("dags");
  const { search, set } = useFilter();
  return (
    <SegmentedControl
      size="sm"
      aria-label={t("status.label")}
      value={toStatus(search.status)}
      onChange={(status) => set({ status: status === "all" ? undefined : status })}
      data={STATUSES.map((status) => ({
        value: status,
        label: `${t(`status.${status}`)} ${found.statuses[status].toLocaleString()}`,
      }))}
    />
  );
}

function ConditionFilter({ found }: { found: Found }) {
  const { t } = useTranslation(["dags", "common"]);
  const { search, set } = useFilter();
  const chosen = toCondition(search.state);
  const shown = CONDITIONS.filter(
    (one) => one === chosen || one !== "broken" || found.conditions[one] > 0,
  );
  return (
    <Group gap={6} role="group" aria-label={t("condition.label")}>
      {shown.map((condition) => (
        <Chip
          key={condition}
          size="xs"
          checked={condition === chosen}
          onChange={() => set({ state: condition === chosen ? undefined : condition })}
        >
          <Group gap={4} wrap="nowrap" component="span" display="inline-flex">
            <ConditionIcon condition={condition} />
            {condition === "broken" ? t("broken") : t(`common:state.${condition}`)}
            <span className="time">{found.conditions[condition].toLocaleString()}</span>
          </Group>
        </Chip>
      ))}
      <Chip
        size="xs"
        checked={search.favourite ?? false}
        onChange={(checked) => set({ favourite: checked || undefined })}
      >
        <Group gap={4} wrap="nowrap" component="span" display="inline-flex">
          <IconStarFilled size={13} color="var(--mantine-color-yellow-6)" aria-hidden />
          {t("favourite.only")}
        </Group>
      </Chip>
    </Group>
  );
}

function ConditionIcon({ condition }: { condition: Condition }) {
  if (condition === "broken") {
    return <IconAlertTriangle size={14} color="var(--state-failed)" aria-hidden />;
  }
  return <StateIcon state={toState(condition)} size={14} />;
}

function NameFilters({ rows }: { rows: readonly DagRow[] }) {
  const { t } = useTranslation("dags");
  const { search, set } = useFilter();
  const names = useMemo(() => namesIn(rows), [rows]);
  const fields = [
    ["tags", names.tags],
    ["owners", names.owners],
  ] as const;
  return fields.map(([field, options]) => {
    const value = search[field] ?? [];
    return (
      <MultiSelect
        key={field}
        size="sm"
        aria-label={t(`${field}.label`)}
        placeholder={value.length === 0 ? t(`${field}.label`) : ""}
        data={[...new Set([...options, ...value])]}
        value={value}
        onChange={(next) => set({ [field]: next.length > 0 ? next : undefined })}
        limit={OPTIONS_SHOWN}
        searchable
        clearable
        hidePickedOptions
        nothingFoundMessage={t("search.noOption")}
        comboboxProps={{ width: "max-content", position: "bottom-start" }}
        className="dags-names"
      />
    );
  });
}

function ClearButton({ onClear }: { onClear: () => void }) {
  const { t } = useTranslation("common");
  return (
    <Button variant="subtle" size="compact-sm" onClick={onClear}>
      {t("action.clearFilters")}
    </Button>
  );
}

function SortPicker() {
  const { t } = useTranslation("dags");
  const { search, set } = useFilter();
  const value = search.sort ?? "name";
  const known: readonly string[] = SORTS;
  const data = SORTS.map((sort) => ({ value: sort, label: t(`sort.${sort.replace("-", "")}`) }));
  return (
    <Select
      size="sm"
      aria-label={t("sort.label")}
      data={known.includes(value) ? data : [...data, { value, label: t("sort.other") }]}
      value={value}
      onChange={(sort) => set({ sort: sort === "name" ? undefined : (sort ?? undefined) })}
      allowDeselect={false}
      leftSection={<IconArrowsSort size={15} aria-hidden />}
      className="dags-sort"
    />
  );
}

const VIEWS = { table: IconList, cards: IconLayoutGrid } as const;

function ViewPicker({ view }: { view: View }) {
  const { t } = useTranslation("dags");
  const { set } = useFilter();
  const choose = (next: string) => {
    store("dags.view", next);
    set({ view: next });
  };
  return (
    <SegmentedControl
      size="sm"
      aria-label={t("view.label")}
      value={view}
      onChange={choose}
      data={(Object.keys(VIEWS) as View[]).map((name) => {
        const Shape = VIEWS[name];
        const label = (
          <>
            <Shape size={16} aria-hidden style={{ display: "block" }} />
            <VisuallyHidden>{t(`view.${name}`)}</VisuallyHidden>
          </>
        );
        return { value: name, label };
      })}
    />
  );
}
