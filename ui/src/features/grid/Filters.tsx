import { Button, Group, Select } from "@mantine/core";
import { IconFilterOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { MomentFilter } from "../../components/tables/MomentFilter";
import type { DagSearch } from "../../lib/dagSearch";
import { runsShown } from "./useGrid";

const NUMBERS = [5, 25, 50, 100, 200, 365];
const TYPES = ["scheduled", "manual", "backfill", "asset_triggered", "operator_triggered"] as const;
const STATES = ["success", "failed", "running", "queued"] as const;

/** An address may ask for any number. */
function numbersWith(count: number): number[] {
  return [...new Set([...NUMBERS, count])].toSorted((a, b) => a - b);
}

interface FiltersProps {
  search: DagSearch;
  onChange: (next: Partial<DagSearch>) => void;
}

/** Which runs are shown. */
export function Filters({ search, onChange }: FiltersProps) {
  const { t } = useTranslation(["grid", "common"]);
  const shown = runsShown(search);
  const isFiltered = search.base_date ?? search.run_type ?? search.run_state ?? search.num_runs;
  return (
    <Group gap="xs" align="flex-end">
      <Select
        size="sm"
        w={130}
        label={t("numRuns")}
        data={numbersWith(shown).map((count) => ({
          value: String(count),
          label: t("runs", { count }),
        }))}
        value={String(shown)}
        allowDeselect={false}
        onChange={(value) => onChange({ num_runs: Number(value) })}
      />
      <MomentFilter
        label={t("until")}
        value={search.base_date}
        onChange={(base_date) => onChange({ base_date })}
      />
      <Select
        size="sm"
        w={170}
        clearable
        placeholder={t("anyType")}
        label={t("type")}
        data={TYPES.map((value) => ({ value, label: t(`common:runType.${value}`) }))}
        value={search.run_type ?? null}
        onChange={(value) => onChange({ run_type: value ?? undefined })}
      />
      <Select
        size="sm"
        w={150}
        clearable
        placeholder={t("anyState")}
        label={t("state")}
        data={STATES.map((value) => ({ value, label: t(`common:state.${value}`) }))}
        value={search.run_state ?? null}
        onChange={(value) => onChange({ run_state: value ?? undefined })}
      />
      {isFiltered !== undefined && (
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconFilterOff size={14} aria-hidden />}
          onClick={() =>
            onChange({
              num_runs: undefined,
              base_date: undefined,
              run_type: undefined,
              run_state: undefined,
            })
          }
        >
          {t("common:action.clearFilters")}
        </Button>
      )}
    </Group>
  );
}
