/** The runs: a bar for each, as high as it was long. */

import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { stateColour, toState } from "../../lib/states";
import { COLUMN_WIDTH } from "./sizes";
import type { Column } from "./useGrid";

interface BarsProps {
  columns: readonly Column[];
  shown: readonly number[];
  heights: readonly number[];
  breaks: ReadonlySet<number>;
  selected: string | undefined;
  focused: number | null;
}

const MARKS: Record<string, string> = {
  manual: "▸",
  backfill: "↶",
  asset_triggered: "◆",
  operator_triggered: "⇢",
};

export function Bars({ columns, shown, heights, breaks, selected, focused }: BarsProps) {
  const { t } = useTranslation(["grid", "common"]);
  return (
    <div className="grid-head" role="row" aria-rowindex={1}>
      <div className="grid-corner" role="columnheader">
        <Text size="xs" c="dimmed">
          {t("corner")}
        </Text>
      </div>
      {shown.map((index) => {
        const run = columns[index]?.run;
        if (!run) return null;
        const state = toState(run.state);
        const name = `${run.dag_run_id}, ${t(`common:state.${state}`)}`;
        return (
          <div
            key={run.dag_run_id}
            id={`cell--1-${index}`}
            role="columnheader"
            aria-colindex={index + 2}
            aria-label={name}
            aria-selected={run.dag_run_id === selected}
            className="grid-bar"
            data-row={-1}
            data-col={index}
            data-state={state}
            data-break={breaks.has(index)}
            data-focused={focused === index}
            style={{ left: `calc(var(--names) + ${index * COLUMN_WIDTH}px)` }}
          >
            <span className="grid-mark" aria-hidden>
              {run.has_note ? "✎" : (MARKS[run.run_type] ?? "")}
            </span>
            <span
              className="grid-bar-fill"
              style={{
                height: `${Math.round((heights[index] ?? 0) * 60)}px`,
                background: stateColour(state),
              }}
            />
          </div>
        );
      })}
    </div>
  );
}
