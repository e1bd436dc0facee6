import { Anchor, Box, Breadcrumbs, Group, Stack, Title } from "@mantine/core";
import { Link, type LinkProps } from "@tanstack/react-router";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

export interface Crumb {
  label: string;
  /** Where it leads; the page itself has none. */
  link?: LinkProps;
}

interface PageProps {
  title: string;
  /** What leads here, without the page itself. */
  crumbs?: readonly Crumb[];
  /** Beside the title. */
  badge?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

const NO_CRUMBS: readonly Crumb[] = [];

/** The shape of a page: where one is, what it is called, what can be done. */
export function Page({ title, crumbs = NO_CRUMBS, badge, actions, children }: PageProps) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t("app")}`;
  }, [title, t]);
  return (
    <Stack gap="md" className="page">
      <Box component="header">
        {crumbs.length > 0 && (
          <Breadcrumbs mb={4} separatorMargin={6} className="crumbs">
            {crumbs.map((crumb) => (
              <Anchor
                key={crumb.label}
                size="sm"
                className="clipped"
                renderRoot={(props) => <Link {...crumb.link} {...props} />}
              >
                {crumb.label}
              </Anchor>
            ))}
          </Breadcrumbs>
        )}
        <Group justify="space-between" align="center" gap="sm">
          <Group gap="sm" miw={0} style={{ flex: "1 1 12rem" }}>
            <Title order={1} size="h3" className="title">
              {title}
            </Title>
            {badge}
          </Group>
          {actions && <Group gap="xs">{actions}</Group>}
        </Group>
      </Box>
      {children}
    </Stack>
  );
}
