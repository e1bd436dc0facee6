import { CloseButton, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

/** Typing is followed when it pauses so long. */
const PAUSE_MS = 300;

interface TextFilterProps {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** A text that rows have to contain. What is typed shows at once, and filters after a pause. */
export function TextFilter({ label, value = "", onChange }: TextFilterProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value === sent.current) return;
    // It came from elsewhere: a link, or the button that takes filters away.
    sent.current = value;
    setTyped(value);
  }, [value]);
  const send = useRef(onChange);
  useEffect(() => {
    send.current = onChange;
  });
  useEffect(() => {
    if (typed === sent.current) return undefined;
    const timer = setTimeout(() => {
      sent.current = typed;
      send.current(typed.trim() || undefined);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <TextInput
      size="sm"
      label={label}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Escape" && setTyped("")}
      rightSection={
        typed && (
          <CloseButton
            size="sm"
            aria-label={t("action.clearFilters")}
            onClick={() => setTyped("")}
          />
        )
      }
    />
  );
}
