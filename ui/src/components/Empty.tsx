import { Center, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconInbox, type Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";

interface EmptyProps {
  title: string;
  /** What to do about it. */
  children?: ReactNode;
  icon?: Icon;
}

/** A place where nothing is, and why. */
export function Empty({ title, children, icon: Shape = IconInbox }: EmptyProps) {
  return (
    <Center py="xl">
      <Stack align="center" gap="xs" maw={480} ta="center">
        <ThemeIcon variant="light" color="gray" size="xl" radius="xl">
          <Shape size={22} aria-hidden />
        </ThemeIcon>
        <Text fw={600}>{title}</Text>
        {children && (
          <Text size="sm" c="dimmed" component="div">
            {children}
          </Text>
        )}
      </Stack>
    </Center>
  );
}
