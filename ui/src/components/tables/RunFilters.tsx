import { useTranslation } from "react-i18next";

import { compact } from "../../lib/dagSearch";
import { RUN_STATES } from "../../lib/states";
import { ChoiceFilter } from "./ChoiceFilter";
import { FilterBar } from "./FilterBar";
import { MomentFilter } from "./MomentFilter";
import { filterCount, RUN_TYPES, withoutFilters, type ListSearch } from "./query";
import { StateFilter } from "./StateFilter";
import { TextFilter } from "./TextFilter";

interface RunFiltersProps {
  search: ListSearch;
  onSearch: (search: ListSearch) => void;
  /** Of one DAG: its name is left out. */
  isOfDag: boolean;
}

export function RunFilters({ search, onSearch, isOfDag }: RunFiltersProps) {
  const { t } = useTranslation(["tables", "common"]);
  const set = (change: Partial<Record<keyof ListSearch, unknown>>) =>
    onSearch(compact({ ...search, ...change }) as ListSearch);
  const text = (name: "dag_id" | "run_id" | "user") => (
    <TextFilter
      label={t(`filter.${name}`)}
      value={search[name]}
      onChange={(value) => set({ [name]: value })}
    />
  );
  return (
    <FilterBar count={filterCount(search)} onClear={() => onSearch(withoutFilters(search))}>
      {!isOfDag && text("dag_id")}
      {text("run_id")}
      <StateFilter states={RUN_STATES} value={search.state} onChange={(state) => set({ state })} />
      <ChoiceFilter
        label={t("column.type")}
        names={RUN_TYPES}
        words={(name) => t(`common:runType.${name}`)}
        value={search.run_type}
        onChange={(run_type) => set({ run_type })}
      />
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
      {text("user")}
    </FilterBar>
  );
}
