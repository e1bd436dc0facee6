/** How many task instances of the latest runs are in which state. */

import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { useTranslation } from "react-i18next";

import { TASK_STATES, toState, type State } from "../../lib/states";
import { Hint } from "../Hint";
import { StateIcon } from "../State";
import { useActivity } from "./activity";
import "./dags.css";

/** The states that there are, those that matter most first. */
export function countedStates(counts: Readonly<Record<string, number>>): [State, number][] {
  const found = new Map<State, number>();
  for (const [word, count] of Object.entries(counts)) {
    const state = toState(word);
    found.set(state, (found.get(state) ?? 0) + count);
  }
  return TASK_STATES.flatMap((state) => {
    const count = found.get(state) ?? 0;
    return count > 0 ? [[state, count] satisfies [State, number]] : [];
  });
}

export const TaskCounts = memo(function TaskCounts({ dagId }: { dagId: string }) {
  const { data, isPending } = useActivity(dagId);
  if (isPending) return null;
  return <StateCounts counts={data?.tasks ?? {}} dagId={dagId} />;
});

/** Icons with numbers; each leads to the task instances that it counts. */
function StateCounts({
  counts,
  dagId,
}: {
  counts: Readonly<Record<string, number>>;
  dagId?: string;
}) {
  const { t } = useTranslation("common");
  const states = countedStates(counts);
  if (states.length === 0) {
    return <span className="faint">{t("time.none")}</span>;
  }
  return (
    <div className="state-counts">
      {states.map(([state, count]) => (
        <Hint key={state} label={`${t(`state.${state}`)}: ${count}`}>
          <Link
            to="/browse/task-instances"
            search={dagId === undefined ? { state: [state] } : { dag_id: dagId, state: [state] }}
            preload={false}
            className="state-count"
            aria-label={`${t(`state.${state}`)}: ${count}`}
          >
            <StateIcon state={state} size={14} />
            {count.toLocaleString()}
          </Link>
        </Hint>
      ))}
    </div>
  );
}
