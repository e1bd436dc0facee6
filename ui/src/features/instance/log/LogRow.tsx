import { ActionIcon, Button, Text, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight, IconDots } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";

import { dateTime, timeOnly } from "../../../lib/time";
import { pieces, plain, type Piece } from "./ansi";
import type { LogLine } from "./log";
import { LogFields } from "./LogFields";
import { groupMark } from "./summary";

/** Longer lines are cut: a page of them would be unreadable. */
const LINE_CHARS = 2_000;
const PLAIN_LEVELS: ReadonlySet<string> = new Set(["info", "notset"]);

export interface RowLook {
  zone: string;
  hasTimes: boolean;
  /** The log goes over midnight. */
  hasDates: boolean;
  hasSources: boolean;
  /** What is searched for. */
  needle: string;
}

export interface RowFold {
  isFolded: boolean;
  /** How many lines it hides. */
  lines: number;
  onToggle: () => void;
}

interface LogRowProps {
  line: LogLine | undefined;
  look: RowLook;
  /** The address points at it. */
  isCurrent: boolean;
  /** The search stands at it. */
  isHit: boolean;
  fold: RowFold | null;
}

/** One line. Its number is a link to it. */
export const LogRow = memo(function LogRow(props: LogRowProps) {
  const { line, look } = props;
  if (!line) return <div className="log-row log-row-missing" aria-hidden />;
  const mark = groupMark(line);
  return (
    <div
      className="log-row"
      data-level={line.level}
      data-mark={mark?.kind}
      data-current={props.isCurrent || undefined}
      data-hit={props.isHit || undefined}
    >
      <Number number={line.number} isCurrent={props.isCurrent} />
      {look.hasTimes && line.timestamp && (
        <time
          className="log-time"
          dateTime={line.timestamp}
          title={`${dateTime(line.timestamp, look.zone)} ${look.zone}`}
        >
          {timeOf(line.timestamp, look)}{" "}
        </time>
      )}
      {!PLAIN_LEVELS.has(line.level) && (
        <span className="log-level">{line.level.toUpperCase()} </span>
      )}
      {look.hasSources && <span className="log-source">{line.source} </span>}
      {mark?.kind === "group" ? (
        <GroupHead name={mark.name} needle={look.needle} fold={props.fold} />
      ) : (
        <Body line={line} needle={look.needle} isEnd={mark?.kind === "end"} />
      )}
    </div>
  );
});

/** `09:00:03.123`, or with its date, in the zone. */
function timeOf(timestamp: string, { zone, hasDates }: RowLook): string {
  const part = /\.(\d{3})/.exec(timestamp)?.[1] ?? "000";
  return `${(hasDates ? dateTime : timeOnly)(timestamp, zone)}.${part}`;
}

function Number({ number, isCurrent }: { number: number; isCurrent: boolean }) {
  const { t } = useTranslation("log");
  return (
    <Link
      from="/dags/$dagId/runs/$runId/tasks/$taskId"
      to="."
      search={(former) => ({ ...former, tab: "log", line: number })}
      replace
      resetScroll={false}
      className="log-number"
      aria-label={t("line.link", { number })}
      aria-current={isCurrent ? "location" : undefined}
      data-number={number}
      tabIndex={-1}
    />
  );
}

function GroupHead({ name, needle, fold }: { name: string; needle: string; fold: RowFold | null }) {
  const { t } = useTranslation("log");
  const words = <Pieces found={pieces(name, needle)} />;
  if (!fold) return <span className="log-group">{words}</span>;
  const Arrow = fold.isFolded ? IconChevronRight : IconChevronDown;
  return (
    <UnstyledButton className="log-group" aria-expanded={!fold.isFolded} onClick={fold.onToggle}>
      <Arrow size={14} aria-hidden />
      {words}
      {fold.isFolded && (
        <Text span c="dimmed" inherit fw={400}>
          {" "}
          {t("group.lines", { count: fold.lines })}
        </Text>
      )}
    </UnstyledButton>
  );
}

function Body({ line, needle, isEnd }: { line: LogLine; needle: string; isEnd: boolean }) {
  const { t, i18n } = useTranslation("log");
  const [isWhole, setWhole] = useState(false);
  const [isOpen, setOpen] = useState(false);
  if (isEnd) return <span className="log-group-end">{t("group.end")}</span>;
  const isLong = line.event.length > LINE_CHARS && !isWhole;
  const text = isLong ? `${line.event.slice(0, LINE_CHARS)}…` : line.event;
  const has = hasMore(line);
  return (
    <>
      <span className="log-text">
        <Pieces found={pieces(text, needle)} />
      </span>
      {isLong && (
        <Button size="compact-xs" variant="light" ml={6} onClick={() => setWhole(true)}>
          {t("line.whole", { count: plain(line.event).length.toLocaleString(i18n.language) })}
        </Button>
      )}
      {!isLong && line.is_cut && <span className="log-cut">{t("line.cut")}</span>}
      {has !== "nothing" && (
        <ActionIcon
          size={18}
          variant="subtle"
          color="gray"
          className="log-more"
          data-rich={has === "much" || undefined}
          aria-label={t("line.fields", { number: line.number })}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          <IconDots size={14} aria-hidden />
        </ActionIcon>
      )}
      {line.traceback && (
        <span className="log-traceback">
          <Pieces found={pieces(line.traceback.trimEnd(), needle)} />
        </span>
      )}
      {isOpen && <LogFields line={line} />}
    </>
  );
}

/** What a line brings beside its text. */
function hasMore(line: LogLine): "nothing" | "little" | "much" {
  if (Object.keys(line.detail).length > 0) return "much";
  return line.place || (line.logger && line.logger !== line.source) ? "little" : "nothing";
}

/** Exact colours are made for one ground, and pages have two: without their own ground they are
 *  drawn towards the colour of text. */
function legible({ colour, ground, classes }: Piece): string | undefined {
  if (!colour || ground || classes.includes("ansi-bg-")) return colour ?? undefined;
  return `color-mix(in oklab, ${colour} 50%, var(--mantine-color-text))`;
}

function Pieces({ found }: { found: readonly Piece[] }) {
  return found.map((piece, index) => {
    const style = {
      ...(piece.colour ? { color: legible(piece) } : {}),
      ...(piece.ground ? { backgroundColor: piece.ground } : {}),
    };
    if (piece.isHit) {
      return (
        <mark key={index} className={piece.classes} style={style}>
          {piece.text}
        </mark>
      );
    }
    if (piece.classes === "" && !piece.colour && !piece.ground) return piece.text;
    return (
      <span key={index} className={piece.classes} style={style}>
        {piece.text}
      </span>
    );
  });
}
