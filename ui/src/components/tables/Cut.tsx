import { Text } from "@mantine/core";

/** A text on one line; what does not fit is in its title. */
export function Cut({ text }: { text: string | null | undefined }) {
  return (
    <Text size="sm" truncate title={text ?? undefined}>
      {text}
    </Text>
  );
}
