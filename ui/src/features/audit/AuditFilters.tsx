import { Box } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { ChoiceFilter } from "../../components/tables/ChoiceFilter";
import { FilterBar } from "../../components/tables/FilterBar";
import { MomentFilter } from "../../components/tables/MomentFilter";
import { TextFilter } from "../../components/tables/TextFilter";
import { compact } from "../../lib/dagSearch";
import { EVENTS, filterCount, joined, names, withoutFilters, type AuditSearch } from "./query";
import { useEventWords } from "./words";

interface AuditFiltersProps {
  search: AuditSearch;
  onSearch: (search: AuditSearch) => void;
  /** Of one DAG: its name is left out. */
  isOfDag: boolean;
}

type Change = { [K in keyof AuditSearch]?: AuditSearch[K] | undefined };

export function AuditFilters({ search, onSearch, isOfDag }: AuditFiltersProps) {
  const { t } = useTranslation("audit");
  const words = useEventWords();
  const set = (change: Change) => onSearch(compact({ ...search, ...change }) as AuditSearch);
  const text = (name: "dag_id" | "run_id" | "task_id" | "user") => (
    <TextFilter
      label={t(`filter.${name}`)}
      value={search[name]}
      onChange={(value) => set({ [name]: value })}
    />
  );
  const events = (name: "event" | "excluded") => {
    const chosen = names(search[name]);
    return (
      <Box style={{ gridColumn: "span 2" }}>
        <ChoiceFilter
          label={t(`filter.${name}`)}
          names={[...new Set([...EVENTS, ...chosen])]}
          words={words}
          value={chosen}
          onChange={(value) => set({ [name]: joined(value) })}
        />
      </Box>
    );
  };
  const moment = (name: "from" | "until") => (
    <MomentFilter
      label={t(`filter.${name}`)}
      value={search[name]}
      onChange={(value) => set({ [name]: value })}
    />
  );
  return (
    <FilterBar count={filterCount(search)} onClear={() => onSearch(withoutFilters(search))}>
      {events("event")}
      {events("excluded")}
      {text("user")}
      {!isOfDag && text("dag_id")}
      {text("run_id")}
      {text("task_id")}
      {moment("from")}
      {moment("until")}
    </FilterBar>
  );
}
