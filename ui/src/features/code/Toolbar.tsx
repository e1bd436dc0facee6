import { Button, Group, Select, Text } from "@mantine/core";
import { IconGitCompare } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { dateTime } from "../../lib/time";
import { useZone } from "../../lib/zone";
import { beforeOf, shortCode, type Place } from "./places";

interface ToolbarProps {
  places: readonly Place[];
  current: string | undefined;
  latest: string | undefined;
  versus: string | undefined;
  /** The code is shown as this run runs it. */
  runId: string | undefined;
  onShow: (next: { ref?: string | undefined; versus?: string | undefined }) => void;
}

/** Which version, and what it is compared with. */
export function Toolbar({ places, current, latest, versus, runId, onShow }: ToolbarProps) {
  const { t } = useTranslation("code");
  const options = useOptions(places, latest);
  const own = runId === undefined ? (current ?? null) : null;
  const before = current === undefined ? undefined : beforeOf(places, current);
  return (
    <Group gap="xs" align="flex-end">
      <Select
        label={t("version")}
        size="sm"
        w={{ base: "100%", xs: 300 }}
        data={withUnknown(options, own)}
        value={own}
        placeholder={runId}
        onChange={(ref) => ref && onShow({ ref, versus })}
        allowDeselect={false}
        searchable
      />
      {versus === undefined ? (
        <Button
          variant="default"
          leftSection={<IconGitCompare size={16} aria-hidden />}
          disabled={places.length < 2}
          onClick={() => {
            const other = before ?? places.find((place) => place.ref !== current);
            onShow({ ref: current, versus: other?.ref });
          }}
        >
          {t("compare")}
        </Button>
      ) : (
        <>
          <Select
            label={t("versus")}
            size="sm"
            w={{ base: "100%", xs: 300 }}
            data={withUnknown(options, versus)}
            value={versus}
            onChange={(ref) => ref && onShow({ ref: current, versus: ref })}
            allowDeselect={false}
            searchable
          />
          <Button variant="default" onClick={() => onShow({ ref: current })}>
            {t("compareEnd")}
          </Button>
        </>
      )}
      {places.length < 2 && (
        <Text size="sm" c="dimmed" pb={8}>
          {t("oneVersion")}
        </Text>
      )}
    </Group>
  );
}

interface Option {
  value: string;
  label: string;
}

function useOptions(places: readonly Place[], latest: string | undefined): Option[] {
  const { t } = useTranslation("code");
  const { zone } = useZone();
  return places.map((place) => {
    const name =
      place.number === null
        ? t("codeOnly", { code: shortCode(place.ref) })
        : t("numbered", { number: place.number });
    const parts = [name, dateTime(place.since, zone), place.ref === latest ? t("latest") : null];
    return { value: place.ref, label: parts.filter(Boolean).join(" · ") };
  });
}

/** An address may name a version that is not among the latest. */
function withUnknown(options: readonly Option[], ref: string | null): Option[] {
  if (ref === null || options.some((option) => option.value === ref)) return [...options];
  return [...options, { value: ref, label: ref }];
}
