/** One day or hour: its colour, its words, and the way to its runs. */

import { Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

import { fromWallClock } from "../../lib/time";
import { colourOf, leading, type Cell, type Change, type View } from "./cells";
import { nextOf } from "./weeks";

interface CellLinkProps {
  dagId: string;
  /** The day, and the hour of an hour's cell, as they are called. */
  name: string;
  cell: Cell | undefined;
  change: Change | undefined;
  view: View;
  most: number;
  isToday: boolean;
  zone: string;
}

const STATES = ["success", "failed", "running", "queued"] as const;

/** `2026-03-02: 3 success, 1 failed, 2 planned`. */
function wordsOf(t: TFunction<["calendar", "common"]>, props: CellLinkProps): string {
  const { cell, change, name } = props;
  const parts = STATES.flatMap((state) => {
    const count = cell?.counts[state] ?? 0;
    return count > 0 ? [`${t(`common:state.${state}`)} ${count}`] : [];
  });
  if (cell && cell.planned > 0) parts.push(t("planned", { count: cell.planned }));
  if (change) {
    const count = Math.abs(change.minutes);
    parts.push(t(change.minutes > 0 ? "forward" : "backward", { count }));
  }
  return `${name}: ${parts.length > 0 ? parts.join(", ") : t("nothing")}`;
}

export function CellLink(props: CellLinkProps) {
  const { t } = useTranslation(["calendar", "common"]);
  const { cell, change, dagId, isToday, most, name, view, zone } = props;
  const words = wordsOf(t, props);
  const kind = cell ? leading(cell) : null;
  const look = {
    className: "calendar-cell",
    "data-kind": kind ?? "none",
    "data-change": change !== undefined,
    "data-today": isToday,
    style: { background: (cell && colourOf(cell, view, most)) ?? undefined },
  };
  return (
    <Tooltip label={words}>
      {cell && kind !== null && kind !== "planned" ? (
        <Link
          {...look}
          to="/dags/$dagId/runs"
          params={{ dagId }}
          search={{ from: cell.start, until: fromWallClock(nextOf(name), zone) ?? "" }}
          aria-label={words}
        />
      ) : (
        <span {...look} role="img" aria-label={words} />
      )}
    </Tooltip>
  );
}
