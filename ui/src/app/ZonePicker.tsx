import { Button, Combobox, Group, ScrollArea, Text, useCombobox } from "@mantine/core";
import { IconWorld } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { useNow } from "../lib/now";
import { allZones, offsetText, timeOnly } from "../lib/time";
import { useZone } from "../lib/zone";

const SHOWN_MAX = 60;

/** The clock of the page, and in which zone it goes. */
export function ZonePicker() {
  const { t } = useTranslation();
  const { zone, choose } = useZone();
  const now = useNow();
  const [search, setSearch] = useState("");
  const box = useCombobox({ onDropdownClose: () => setSearch("") });
  const zones = useZones(search);
  return (
    <Combobox
      store={box}
      width={300}
      position="bottom-end"
      onOptionSubmit={(picked) => {
        choose(picked);
        box.closeDropdown();
      }}
    >
      <Combobox.Target withAriaAttributes={false}>
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          onClick={() => box.toggleDropdown()}
          leftSection={<IconWorld size={16} aria-hidden />}
          aria-label={`${t("time.zone")}: ${timeOnly(now, zone).slice(0, 5)} ${zone}`}
          aria-expanded={box.dropdownOpened}
        >
          <span className="time">{timeOnly(now, zone).slice(0, 5)}</span>{" "}
          <Text span size="sm" ml={6} visibleFrom="xs">
            {zone}
          </Text>
        </Button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          placeholder={t("time.zoneSearch")}
          aria-label={t("time.zoneSearch")}
        />
        <Combobox.Options>
          <ScrollArea.Autosize mah={300} type="scroll">
            {zones.map(({ name, words }) => (
              <Combobox.Option value={name} key={name} active={name === zone}>
                <Group justify="space-between" wrap="nowrap" gap="xs">
                  <Text size="sm" fw={name === zone ? 700 : 400}>
                    {name}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {words ? t(words) : offsetText(now, name)}
                  </Text>
                </Group>
              </Combobox.Option>
            ))}
          </ScrollArea.Autosize>
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

interface Choice {
  name: string;
  words?: string;
}

function useZones(search: string): Choice[] {
  const { deployment } = useZone();
  return useMemo(() => {
    const browser = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    const first: Choice[] = [{ name: deployment, words: "time.deploymentZone" }];
    if (browser !== deployment) first.push({ name: browser, words: "time.browserZone" });
    if (!first.some(({ name }) => name === "UTC")) first.push({ name: "UTC" });
    const named = new Set(first.map(({ name }) => name));
    const wanted = search.trim().toLowerCase().replaceAll(" ", "_");
    return [
      ...first,
      ...allZones()
        .filter((name) => !named.has(name))
        .map((name) => ({ name })),
    ]
      .filter(({ name }) => name.toLowerCase().includes(wanted))
      .slice(0, SHOWN_MAX);
  }, [deployment, search]);
}
