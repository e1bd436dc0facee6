import { Group, Paper, Text, Title } from "@mantine/core";
import { useId, type ReactNode } from "react";

interface PanelProps {
  title: string;
  /** How many there are. */
  count?: ReactNode;
  /** Leads to all of them. */
  more?: ReactNode;
  children: ReactNode;
}

/** A part of the page with its name. */
export function Panel({ title, count, more, children }: PanelProps) {
  const id = useId();
  return (
    <Paper withBorder p="md" component="section" aria-labelledby={id}>
      <Group justify="space-between" mb="sm" gap="xs">
        <Group gap="xs">
          <Title order={2} size="h5" id={id}>
            {title}
          </Title>
          {count !== undefined && (
            <Text span size="sm" c="dimmed" className="time">
              {count}
            </Text>
          )}
        </Group>
        {more}
      </Group>
      {children}
    </Paper>
  );
}
