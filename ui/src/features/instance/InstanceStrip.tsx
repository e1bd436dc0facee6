import { Anchor, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Cause } from "../../components/Cause";
import { Duration, Time } from "../../components/Time";
import { isFinished, toState } from "../../lib/states";
import type { Sheet, Try } from "./instance";
import { HERE } from "./route";

interface InstanceStripProps {
  sheet: Sheet;
  picker: ReactNode;
  chosen: Try | null;
  /** Why it ended stands nowhere else on the page. */
  hasCause: boolean;
}

/** How the chosen try went, in a line. */
export function InstanceStrip({ sheet, picker, chosen, hasCause }: InstanceStripProps) {
  const { t } = useTranslation("instance");
  const { instance } = sheet;
  const isBad = chosen !== null && chosen.cause !== null && chosen.cause !== "succeeded";
  return (
    <div>
      <Group gap="6px 28px" align="center">
        {picker}
        <Fact name={t("fact.started")}>
          <Time at={chosen?.startedAt} />
        </Fact>
        {chosen?.startedAt && (
          <Fact name={t(chosen.endedAt ? "fact.took" : "fact.runsSince")}>
            <Duration from={chosen.startedAt} until={chosen.endedAt} />
          </Fact>
        )}
        {instance.operator && <Fact name={t("fact.operator")}>{instance.operator}</Fact>}
        {!chosen && !isFinished(toState(instance.state)) && (
          <Anchor
            size="sm"
            renderRoot={(props) => (
              <Link
                from={HERE}
                to="."
                search={(former) => ({ ...former, tab: "why" })}
                {...props}
              />
            )}
          >
            {t("strip.why")}
          </Anchor>
        )}
      </Group>
      {isBad && hasCause && (
        <div className="instance-cause">
          <Cause kind={chosen.cause} words={chosen.words} lines={2} />
        </div>
      )}
      {instance.note && (
        <Text size="sm" className="instance-note wrapped" lineClamp={3}>
          <Text span size="sm" fw={600}>
            {t("fact.note")}
          </Text>{" "}
          {instance.note}
        </Text>
      )}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Text size="sm" component="div" className="instance-fact">
      <Text span size="sm" c="dimmed">
        {name}
      </Text>{" "}
      {children}
    </Text>
  );
}
