/** Why an attempt ended, in a word of the reader's language beside the line that the server has. */

import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface CauseProps {
  /** One of the kinds of causes, such as `user_error`. */
  kind: string | null | undefined;
  /** One line of evidence, such as `ValueError: no rows`. */
  words: string | null | undefined;
  lines?: number;
}

export function Cause({ kind, words, lines = 1 }: CauseProps) {
  const { t } = useTranslation("cause");
  const title = kind ? t(kind, { defaultValue: kind }) : t("unknown");
  return (
    <Text size="sm" lineClamp={lines} title={words ?? undefined} className="wrapped">
      <Text span fw={600} size="sm">
        {title}
      </Text>
      {words && (
        <Text span c="dimmed" size="sm">
          {" "}
          {words}
        </Text>
      )}
    </Text>
  );
}
