import { ActionIcon, Group, Text, TextInput, Tooltip } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconSearch } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { placeOfHit, type Hits } from "./hits";

interface SearchFieldProps {
  text: string;
  onText: (text: string) => void;
  hits: Hits;
  /** The line that the search stands at. */
  current: number | null;
  onNext: () => void;
  onFormer: () => void;
}

/** Searches the whole log, also what is not in the browser. */
export function SearchField(props: SearchFieldProps) {
  const { text, onText, hits } = props;
  const { t } = useTranslation(["log", "common"]);
  return (
    <Group gap={4} wrap="nowrap" className="log-search">
      <TextInput
        size="xs"
        type="search"
        flex={1}
        leftSection={<IconSearch size={14} aria-hidden />}
        placeholder={t("search.hint")}
        aria-label={t("search.hint")}
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Enter") {
            event.preventDefault();
            if (event.shiftKey) props.onFormer();
            else props.onNext();
          }
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      {text !== "" && <HitCount hits={hits} current={props.current} />}
      {text !== "" && (
        <>
          <Step label={t("search.former")} onClick={props.onFormer} isOff={hits.lines.length === 0}>
            <IconChevronUp size={16} aria-hidden />
          </Step>
          <Step label={t("search.next")} onClick={props.onNext} isOff={hits.lines.length === 0}>
            <IconChevronDown size={16} aria-hidden />
          </Step>
        </>
      )}
    </Group>
  );
}

function HitCount({ hits, current }: { hits: Hits; current: number | null }) {
  const { t, i18n } = useTranslation("log");
  const place = current === null ? 0 : placeOfHit(hits.lines, current);
  const count = hits.lines.length;
  const shown = `${count.toLocaleString(i18n.language)}${hits.isCapped ? "+" : ""}`;
  const words =
    count === 0
      ? t(hits.isDone ? "search.nothing" : "search.running")
      : place > 0
        ? t("search.place", { place: place.toLocaleString(i18n.language), shown })
        : t("search.count", { count, shown });
  return (
    <Text size="xs" c="dimmed" role="status" className="time">
      {words}
    </Text>
  );
}

interface StepProps {
  label: string;
  isOff: boolean;
  onClick: () => void;
  children: React.ReactNode;
}

function Step({ label, isOff, onClick, children }: StepProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size={30} aria-label={label} disabled={isOff} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
