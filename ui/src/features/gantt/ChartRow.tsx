import { UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Hint } from "../../components/Hint";
import { StateIcon } from "../../components/State";
import { stateColour } from "../../lib/states";
import { duration, timeOnly } from "../../lib/time";
import { useZone } from "../../lib/zone";
import { place, type Bar, type Gantt, type Segment, type Span } from "./bars";

/** Ends of attempts that are no failures. */
const UNHARMED: ReadonlySet<string> = new Set(["succeeded", "skipped", "rescheduled", "deferred"]);

interface ChartRowProps {
  bar: Bar;
  gantt: Gantt;
  span: Span;
  top: number;
  onToggle: (taskId: string) => void;
}

export function ChartRow({ bar, gantt, span, top, onToggle }: ChartRowProps) {
  const seen = bar.segments.filter((each) => each.until >= span.from && each.from <= span.until);
  return (
    <li className="gantt-row" style={{ transform: `translateY(${top}px)` }}>
      <div className="gantt-name" style={{ paddingLeft: 8 + bar.depth * 16 }}>
        <Name bar={bar} gantt={gantt} onToggle={onToggle} />
      </div>
      <div className="gantt-track">
        {seen.map((segment) => (
          <Part key={`${segment.phase} ${segment.from}`} bar={bar} segment={segment} span={span} />
        ))}
        {bar.critical.map(([from, until]) => (
          <span
            key={from}
            className="gantt-critical"
            style={{ left: `${place(from, span)}%`, width: `${width(from, until, span)}%` }}
          />
        ))}
        {bar.held !== null && seen.length === 0 && <Held code={bar.held} />}
      </div>
    </li>
  );
}

function width(from: number, until: number, span: Span): number {
  return Math.max(0.15, place(until, span) - place(from, span));
}

function Held({ code }: { code: string }) {
  const { t } = useTranslation("gantt");
  return <span className="gantt-held">{t(`reason.${code}`, { defaultValue: code })}</span>;
}

function Name({ bar, gantt, onToggle }: Pick<ChartRowProps, "bar" | "gantt" | "onToggle">) {
  const { t } = useTranslation(["gantt", "common"]);
  if (bar.count > 1 || (bar.mapIndex < 0 && bar.key === bar.taskId)) {
    const Arrow = bar.isOpen ? IconChevronDown : IconChevronRight;
    return (
      <UnstyledButton
        className="gantt-fold"
        aria-expanded={bar.isOpen}
        onClick={() => onToggle(bar.taskId)}
      >
        <Arrow size={14} aria-hidden />
        <StateIcon state={bar.state} size={14} />
        <span className="gantt-words">{`${bar.taskId} [${bar.count}]`}</span>
      </UnstyledButton>
    );
  }
  const label = bar.mapIndex < 0 ? bar.taskId : `[${bar.mapIndex}]`;
  return (
    <Link
      className="gantt-fold"
      to="/dags/$dagId/runs/$runId/tasks/$taskId"
      params={{ dagId: gantt.dag_id, runId: gantt.dag_run_id, taskId: bar.taskId }}
      search={bar.mapIndex < 0 ? {} : { map_index: bar.mapIndex }}
      aria-label={`${bar.taskId} ${label}: ${t(`common:state.${bar.state}`)}`}
    >
      <StateIcon state={bar.state} size={14} />
      <span className="gantt-words">{label}</span>
    </Link>
  );
}

function Part({ bar, segment, span }: { bar: Bar; segment: Segment; span: Span }) {
  const { t } = useTranslation(["gantt", "common"]);
  const { zone } = useZone();
  const words = () => {
    const reason =
      segment.reason && t(`reason.${segment.reason}`, { defaultValue: segment.reason });
    const cause =
      segment.cause && t(`cause:${segment.cause}`, { ns: "cause", defaultValue: segment.cause });
    return [
      `${bar.taskId}${bar.mapIndex < 0 ? "" : ` [${bar.mapIndex}]`} · ${t("try", { number: segment.tryNumber })}`,
      `${t(`phase.${segment.phase}`)} ${duration((segment.until - segment.from) / 1000)}`,
      `${timeOnly(segment.from, zone)} – ${timeOnly(segment.until, zone)}`,
      reason,
      cause,
    ]
      .filter(Boolean)
      .join("\n");
  };
  const isFailed = segment.cause !== null && !UNHARMED.has(segment.cause);
  const ended = segment.cause === "succeeded" ? "success" : bar.state;
  const colour = stateColour(isFailed ? "failed" : ended);
  return (
    <Hint
      label={words}
      className="gantt-place"
      style={{
        left: `${place(segment.from, span)}%`,
        width: `${width(segment.from, segment.until, span)}%`,
      }}
    >
      <span
        className="gantt-part"
        data-phase={segment.phase}
        data-failed={isFailed}
        style={{ ["--bar" as string]: colour }}
      />
    </Hint>
  );
}
