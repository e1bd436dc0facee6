import { ActionIcon, Anchor, Group, Select, Tooltip } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Empty } from "../../components/Empty";
import { compact } from "../../lib/dagSearch";
import { isFinished } from "../../lib/states";
import type { InstanceKey, Try } from "./instance";
import { LogViewer } from "./log/LogViewer";
import { HERE, ROUTE } from "./route";

interface LogTabProps {
  instanceKey: InstanceKey;
  tries: readonly Try[];
  chosen: Try | null;
}

/** The log of a try, beside that of another one if one wants to compare. */
export function LogTab({ instanceKey, tries, chosen }: LogTabProps) {
  const { t } = useTranslation("log");
  const { versus } = useSearch({ from: ROUTE });
  if (!chosen) return <NotStarted />;
  const other = tries.find((one) => one.number === versus && one.number !== chosen.number);
  const shown = other ? [chosen, other] : [chosen];
  return (
    <div className={other ? "log-pair" : undefined}>
      {shown.map((one, place) => (
        <LogViewer
          key={one.number}
          log={{ ...instanceKey, tryNumber: one.number }}
          title={other ? t("ofTry", { number: one.number }) : undefined}
          isEndFirst={one.state === "failed" || !isFinished(one.state)}
          hasKeys={place === 0}
          extra={
            place === 0 &&
            tries.length > 1 && <Compare tries={tries} chosen={chosen} other={other} />
          }
        />
      ))}
    </div>
  );
}

interface CompareProps {
  tries: readonly Try[];
  chosen: Try;
  other: Try | undefined;
}

function Compare({ tries, chosen, other }: CompareProps) {
  const { t } = useTranslation(["log", "instance", "common"]);
  const navigate = useNavigate({ from: HERE });
  const go = (versus: number | undefined) => {
    void navigate({ search: (former) => compact({ ...former, versus }), resetScroll: false });
  };
  return (
    <Group gap={4} wrap="nowrap">
      <Select
        size="xs"
        w={190}
        placeholder={t("compare.label")}
        aria-label={t("compare.label")}
        value={other ? String(other.number) : null}
        data={tries
          .filter((one) => one.number !== chosen.number)
          .map((one) => ({
            value: String(one.number),
            label: `${t("ofTry", { number: one.number })} · ${t(`common:state.${one.state}`)}`,
          }))}
        onChange={(value) => go(value === null ? undefined : Number(value))}
      />
      {other && (
        <Tooltip label={t("compare.close")}>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t("compare.close")}
            onClick={() => go(undefined)}
          >
            <IconX size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </Group>
  );
}

function NotStarted() {
  const { t } = useTranslation("log");
  return (
    <Empty title={t("notStarted.title")}>
      {t("notStarted.words")}{" "}
      <Anchor
        size="sm"
        renderRoot={(props) => (
          <Link from={HERE} to="." search={(former) => ({ ...former, tab: "why" })} {...props} />
        )}
      >
        {t("notStarted.why")}
      </Anchor>
    </Empty>
  );
}
