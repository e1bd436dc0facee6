/** The latest runs of a DAG as bars: height is duration, colour and shape are state. */

import { Text, Tooltip } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { memo, useMemo, useRef, useState, type MouseEvent } from "react";
import { useTranslation } from "react-i18next";

import { useNow } from "../../lib/now";
import { stateColour } from "../../lib/states";
import { dateTime } from "../../lib/time";
import { useZone } from "../../lib/zone";
import { runBars, useActivity, type RunBar } from "./activity";
import "./dags.css";

const HEIGHT_PX = 30;
const HEIGHT_MIN_PX = 5;

export const RunBars = memo(function RunBars({ dagId }: { dagId: string }) {
  const { t } = useTranslation("dags");
  const { data, isPending } = useActivity(dagId);
  const runs = data?.runs ?? [];
  const isLive = runs.some((run) => run[4] !== null && run[5] === null);
  const now = useNow(isLive);
  const bars = useMemo(() => runBars(data?.runs ?? [], now), [data, now]);
  if (isPending) return <span className="run-bars" aria-hidden />;
  if (bars.length === 0) {
    return <span className="faint">{t("runs.none")}</span>;
  }
  return <Bars dagId={dagId} bars={bars} />;
});

function Bars({ dagId, bars }: { dagId: string; bars: readonly RunBar[] }) {
  const { t } = useTranslation(["dags", "common"]);
  const [pointed, setPointed] = useState<string | null>(null);
  const place = useRef<HTMLDivElement>(null);
  const open = useOpenRun(dagId);
  const bar = bars.find((one) => one.id === pointed);
  return (
    <>
      <div
        ref={place}
        className="run-bars"
        role="group"
        aria-label={summary(bars, (word) => t(`common:state.${word}`), t("runs.latest"))}
      >
        {bars.map((one) => (
          // Beside the links of hundreds of rows these would make a page of thousands of tab stops.
          <a
            key={one.id}
            href={`/dags/${encodeURIComponent(dagId)}/runs/${encodeURIComponent(one.id)}`}
            tabIndex={-1}
            aria-label={`${t(`common:state.${one.state}`)} ${one.took}`}
            data-state={one.state}
            className="run-bar"
            style={{ color: stateColour(one.state) }}
            onMouseEnter={() => setPointed(one.id)}
            onMouseLeave={() => setPointed(null)}
            onFocus={() => setPointed(one.id)}
            onBlur={() => setPointed(null)}
            onClick={(event) => open(event, one.id)}
          >
            <span style={{ height: Math.max(HEIGHT_MIN_PX, one.height * HEIGHT_PX) }} />
          </a>
        ))}
      </div>
      {bar && <Tooltip target={place} opened label={<BarWords bar={bar} />} />}
    </>
  );
}

/** Goes to a run without loading the page anew; with a key held down the browser does as always. */
function useOpenRun(dagId: string) {
  const navigate = useNavigate();
  return (event: MouseEvent, runId: string) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    void navigate({ to: "/dags/$dagId/runs/$runId", params: { dagId, runId } });
  };
}

/** `Latest runs: 12 success, 2 failed`. */
function summary(bars: readonly RunBar[], word: (state: string) => string, title: string): string {
  const counts = new Map<string, number>();
  for (const bar of bars) counts.set(bar.state, (counts.get(bar.state) ?? 0) + 1);
  return `${title}: ${[...counts].map(([state, count]) => `${count} ${word(state)}`).join(", ")}`;
}

function BarWords({ bar }: { bar: RunBar }) {
  const { t } = useTranslation(["dags", "common"]);
  const { zone } = useZone();
  return (
    <>
      <Text size="xs" fw={600}>
        {t(`common:state.${bar.state}`)} {bar.took && `· ${bar.took}`}
      </Text>
      <Text size="xs">
        {dateTime(bar.startedAt ?? bar.runAfter, zone)} · {t(`common:runType.${bar.type}`)}
      </Text>
      <Text size="xs" className="clipped">
        {bar.id}
      </Text>
    </>
  );
}
