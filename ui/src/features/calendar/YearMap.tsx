import { Box, ScrollArea, Text } from "@mantine/core";
import { Fragment, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { CellLink } from "./CellLink";
import { byPlace, most, type Plan, type View } from "./cells";
import { monthColumns, weeksOf } from "./weeks";

const DAY_MS = 86_400_000;
/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1);

interface MapProps {
  dagId: string;
  plan: Plan;
  year: number;
  view: View;
  today: string;
}

/** A year: a column for each week. */
export function YearMap({ dagId, plan, year, view, today }: MapProps) {
  const { t, i18n } = useTranslation("calendar");
  const weeks = useMemo(() => weeksOf(year), [year]);
  const cells = useMemo(() => byPlace(plan.cells), [plan]);
  const changes = new Map(plan.changes.map((change) => [change.date, change]));
  const highest = most(plan.cells);
  const month = new Intl.DateTimeFormat(i18n.language, { month: "short", timeZone: "UTC" });
  const weekday = new Intl.DateTimeFormat(i18n.language, { weekday: "short", timeZone: "UTC" });
  return (
    <ScrollArea type="auto">
      <Box className="calendar-year" role="group" aria-label={t("ofYear", { year })}>
        {monthColumns(weeks).map((at) => (
          <Text
            key={at.month}
            size="xs"
            c="dimmed"
            style={{ gridColumn: at.column + 2, gridRow: 1 }}
          >
            {month.format(Date.UTC(year, at.month, 1))}
          </Text>
        ))}
        {[0, 2, 4, 6].map((index) => (
          <Text key={index} size="xs" c="dimmed" style={{ gridColumn: 1, gridRow: index + 2 }}>
            {weekday.format(MONDAY + index * DAY_MS)}
          </Text>
        ))}
        {weeks.map((week, column) => (
          <Fragment key={column}>
            {week.map(
              (day, row) =>
                day && (
                  <div key={day.date} style={{ gridColumn: column + 2, gridRow: row + 2 }}>
                    <CellLink
                      dagId={dagId}
                      name={day.date}
                      cell={cells.get(day.date)}
                      change={changes.get(day.date)}
                      view={view}
                      most={highest}
                      isToday={day.date === today}
                      zone={plan.timezone}
                    />
                  </div>
                ),
            )}
          </Fragment>
        ))}
      </Box>
    </ScrollArea>
  );
}
