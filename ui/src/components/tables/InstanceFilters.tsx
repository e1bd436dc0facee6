import { useTranslation } from "react-i18next";

import { compact } from "../../lib/dagSearch";
import { TASK_STATES } from "../../lib/states";
import { FilterBar } from "./FilterBar";
import { MomentFilter } from "./MomentFilter";
import { filterCount, withoutFilters, type ListSearch } from "./query";
import { StateFilter } from "./StateFilter";
import { TextFilter } from "./TextFilter";

interface InstanceFiltersProps {
  search: ListSearch;
  onSearch: (search: ListSearch) => void;
  /** Of one run: what names runs is left out. */
  isOfRun: boolean;
}

const OF_RUNS = ["dag_id", "run_id"] as const;
const OF_TASKS = ["pool", "queue", "operator"] as const;

export function InstanceFilters({ search, onSearch, isOfRun }: InstanceFiltersProps) {
  const { t } = useTranslation("tables");
  const set = (change: Partial<Record<keyof ListSearch, unknown>>) =>
    onSearch(compact({ ...search, ...change }) as ListSearch);
  const text = (name: (typeof OF_RUNS | typeof OF_TASKS)[number] | "task_id") => (
    <TextFilter
      key={name}
      label={t(`filter.${name}`)}
      value={search[name]}
      onChange={(value) => set({ [name]: value })}
    />
  );
  return (
    <FilterBar count={filterCount(search)} onClear={() => onSearch(withoutFilters(search))}>
      {!isOfRun && OF_RUNS.map(text)}
      {text("task_id")}
      <StateFilter states={TASK_STATES} value={search.state} onChange={(state) => set({ state })} />
      {OF_TASKS.map(text)}
      {!isOfRun && (
        <>
          <MomentFilter
            label={t("filter.from")}
            value={search.from}
            onChange={(from) => set({ from })}
          />
          <MomentFilter
            label={t("filter.until")}
            value={search.until}
            onChange={(until) => set({ until })}
          />
        </>
      )}
    </FilterBar>
  );
}
