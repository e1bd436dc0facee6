import { useTranslation } from "react-i18next";

import { Facts } from "../../../components/Facts";
import { Time } from "../../../components/Time";
import type { LogLine } from "./log";

/** What a line brings beside its text: where it comes from, and values that were logged with it. */
export function LogFields({ line }: { line: LogLine }) {
  const { t } = useTranslation("log");
  const own = Object.entries(line.detail as Record<string, unknown>).map(
    ([name, value]) => [name, shown(value)] as const,
  );
  return (
    <div className="log-fields">
      <Facts
        facts={[
          [t("field.time"), line.timestamp ? <Time key="at" at={line.timestamp} /> : null],
          [t("field.level"), line.level],
          [t("field.source"), line.source],
          [t("field.logger"), line.logger],
          [t("field.place"), line.place],
          ...own,
        ]}
      />
    </div>
  );
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
