import { Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { readObject, type Conf } from "./conf";
import { isSame } from "./faults";

interface JsonViewProps {
  conf: Conf;
  /** There are fields beside it. */
  hasFields: boolean;
  /** Null while the text is no JSON object. */
  onChange: (conf: Conf | null) => void;
}

/** The whole conf as text, in step with the fields. */
export function JsonView({ conf, hasFields, onChange }: JsonViewProps) {
  const { t } = useTranslation("trigger");
  const [text, setText] = useState(() => JSON.stringify(conf, null, 2));
  const read = readObject(text.trim() === "" ? "{}" : text);
  // Another conf has come from elsewhere, such as a former run.
  if (read !== null && !isSame(read, conf)) setText(JSON.stringify(conf, null, 2));
  return (
    <Textarea
      label={t("json.label")}
      description={t(hasFields ? "json.words" : "json.plain")}
      error={read === null ? t("fault.object") : null}
      autosize
      minRows={6}
      maxRows={30}
      spellCheck={false}
      styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(readObject(event.currentTarget.value.trim() || "{}"));
      }}
    />
  );
}
