import { Button, Group, Menu, Text } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { StateIcon } from "../../components/State";
import { duration, secondsBetween } from "../../lib/time";
import type { Try } from "./instance";
import { HERE } from "./route";

interface TryPickerProps {
  tries: readonly Try[];
  chosen: Try;
}

/** Chooses a try by how it ended. */
export function TryPicker({ tries, chosen }: TryPickerProps) {
  const { t } = useTranslation(["instance", "common", "cause"]);
  const latest = tries[0]?.number ?? chosen.number;
  return (
    <Menu position="bottom-start" shadow="md" width={360} withinPortal>
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<StateIcon state={chosen.state} />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          aria-label={t("try.pick", {
            number: chosen.number,
            total: latest,
            state: t(`common:state.${chosen.state}`),
          })}
        >
          {t("try.of", { number: chosen.number, total: latest })}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: "auto" }}>
        {tries.map((one) => (
          <Menu.Item
            key={one.number}
            aria-current={one.number === chosen.number || undefined}
            leftSection={<StateIcon state={one.state} />}
            renderRoot={(props) => (
              <Link
                from={HERE}
                to="."
                search={({ line: _line, ...former }) => ({ ...former, ...numbered(one, latest) })}
                {...props}
              />
            )}
          >
            <Group justify="space-between" wrap="nowrap" gap="sm">
              <Text size="sm" fw={one.number === chosen.number ? 700 : 500}>
                {t("try.name", { number: one.number })} · {t(`common:state.${one.state}`)}
              </Text>
              <Text size="xs" c="dimmed" className="time">
                {duration(secondsBetween(one.startedAt, one.endedAt))}
              </Text>
            </Group>
            {one.cause && one.cause !== "succeeded" && (
              <Text size="xs" c="dimmed" lineClamp={2} className="wrapped">
                {t(`cause:${one.cause}`, { defaultValue: one.cause })}
                {one.words ? `: ${one.words}` : ""}
              </Text>
            )}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The latest is not named: the page then follows on to the next one. */
function numbered(one: Try, latest: number): { try_number: number | undefined } {
  return { try_number: one.number === latest ? undefined : one.number };
}
