import { ActionIcon, Button, Menu, Text } from "@mantine/core";
import { IconChevronDown, IconDots, type Icon } from "@tabler/icons-react";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";

export interface MenuAction {
  id: string;
  label: string;
  icon: Icon;
  onClick: () => void;
  isDangerous?: boolean;
  /** Why it can't be done now; it can when there is no reason. */
  hindrance?: string | null | undefined;
  /** A line stands above it. */
  isFirst?: boolean;
}

interface ActionMenuProps {
  /** What the menu is of, for who can't see it. */
  label: string;
  actions: readonly MenuAction[];
  /** A button with the label; without it three dots. */
  icon?: Icon;
  /** In rows of a table: it stands back. */
  isQuiet?: boolean;
}

/** Things that can be done, those that can't with the reason. */
export function ActionMenu({ label, actions, icon: Shape, isQuiet }: ActionMenuProps) {
  return (
    <Menu position="bottom-end" shadow="md" width={300} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        {Shape ? (
          <Button
            variant="default"
            leftSection={<Shape size={16} aria-hidden />}
            rightSection={<IconChevronDown size={14} aria-hidden />}
          >
            {label}
          </Button>
        ) : (
          <ActionIcon
            variant={isQuiet ? "subtle" : "default"}
            color="gray"
            size={isQuiet ? 28 : 36}
            aria-label={label}
          >
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        )}
      </Menu.Target>
      <Menu.Dropdown>
        {actions.map((action) => (
          <Fragment key={action.id}>
            {action.isFirst && <Menu.Divider />}
            <Item action={action} />
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Item({ action }: { action: MenuAction }) {
  const Shape = action.icon;
  return (
    <Menu.Item
      leftSection={<Shape size={16} aria-hidden />}
      color={action.isDangerous ? "red" : undefined}
      disabled={Boolean(action.hindrance)}
      onClick={action.onClick}
    >
      {action.label}
      {action.hindrance && (
        <Text size="xs" c="dimmed" className="wrapped">
          {action.hindrance}
        </Text>
      )}
    </Menu.Item>
  );
}

/** Why somebody may not do it: null, or the words for that. */
export function useHindrance(): (isAllowed: boolean) => string | null {
  const { t } = useTranslation();
  return (isAllowed) => (isAllowed ? null : t("problem.lacking"));
}
