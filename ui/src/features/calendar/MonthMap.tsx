import { Box, ScrollArea, Text } from "@mantine/core";
import { Fragment, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { CellLink } from "./CellLink";
import { byPlace, most, type Plan, type View } from "./cells";
import { daysOf } from "./weeks";

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

interface MapProps {
  dagId: string;
  plan: Plan;
  /** `2026-03`. */
  month: string;
  view: View;
  today: string;
}

/** A month: a row for each day, a column for each hour. */
export function MonthMap({ dagId, plan, month, view, today }: MapProps) {
  const { t, i18n } = useTranslation("calendar");
  const [year = 1970, number = 1] = month.split("-").map(Number);
  const cells = useMemo(() => byPlace(plan.cells), [plan]);
  const changes = new Map(plan.changes.map((change) => [change.date, change]));
  const highest = most(plan.cells);
  const words = new Intl.DateTimeFormat(i18n.language, {
    weekday: "short",
    day: "numeric",
    timeZone: "UTC",
  });
  return (
    <ScrollArea type="auto">
      <Box className="calendar-month" role="group" aria-label={t("ofMonth", { month })}>
        <span />
        {HOURS.map((hour) => (
          <Text key={hour} size="xs" c="dimmed" ta="center">
            {hour}
          </Text>
        ))}
        {daysOf(year, number - 1).map((day) => (
          <Fragment key={day.date}>
            <Text size="xs" c="dimmed" className="time" fw={day.date === today ? 700 : 400}>
              {words.format(Date.UTC(day.year, day.month, day.day))}
              {changes.has(day.date) && " ⇄"}
            </Text>
            {HOURS.map((hour) => (
              <CellLink
                key={hour}
                dagId={dagId}
                name={`${day.date} ${String(hour).padStart(2, "0")}:00`}
                cell={cells.get(`${day.date} ${hour}`)}
                change={undefined}
                view={view}
                most={highest}
                isToday={false}
                zone={plan.timezone}
              />
            ))}
          </Fragment>
        ))}
      </Box>
    </ScrollArea>
  );
}
