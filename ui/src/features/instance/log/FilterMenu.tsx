import { Button, Menu, Text } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

interface FilterMenuProps {
  label: string;
  /** What there is, and how many lines of each. */
  options: readonly (readonly [string, number])[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** Lets lines through by what they are; all as long as nothing is chosen. */
export function FilterMenu({ label, options, chosen, onChange }: FilterMenuProps) {
  const { i18n } = useTranslation("log");
  const known = options.map(([name]) => name);
  const all = [
    ...options,
    ...chosen.filter((name) => !known.includes(name)).map((name) => [name, 0] as const),
  ];
  return (
    <Menu position="bottom-start" shadow="md" withinPortal>
      <Menu.Target>
        <Button
          size="xs"
          variant={chosen.length > 0 ? "light" : "default"}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          disabled={all.length === 0}
        >
          {chosen.length > 0 ? `${label}: ${chosen.join(", ")}` : label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {all.map(([name, count]) => {
          const isOn = chosen.includes(name);
          return (
            <Menu.CheckboxItem
              key={name}
              checked={isOn}
              onChange={() =>
                onChange(isOn ? chosen.filter((one) => one !== name) : [...chosen, name])
              }
              rightSection={
                <Text size="xs" c="dimmed" ml="md" className="time">
                  {count.toLocaleString(i18n.language)}
                </Text>
              }
            >
              {name}
            </Menu.CheckboxItem>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
