/** The pages of the sidebar and the palette, and who may see them. */

import {
  IconAffiliate,
  IconBinaryTree2,
  IconBraces,
  IconCpu,
  IconGauge,
  IconHome,
  IconListCheck,
  IconListDetails,
  IconNotes,
  IconPlug,
  type Icon,
} from "@tabler/icons-react";
import type { LinkProps } from "@tanstack/react-router";

export interface MenuItem {
  /** A key of `nav`. */
  name: string;
  to: NonNullable<LinkProps["to"]>;
  icon: Icon;
  /** What one has to be allowed to read; everybody sees the others. */
  resource?: string;
}

export interface MenuGroup {
  name: string | null;
  items: readonly MenuItem[];
}

export const MENU: readonly MenuGroup[] = [
  {
    name: null,
    items: [
      { name: "home", to: "/", icon: IconHome },
      { name: "dags", to: "/dags", icon: IconBinaryTree2, resource: "DAGs" },
    ],
  },
  {
    name: "browse",
    items: [
      { name: "runs", to: "/browse/runs", icon: IconListCheck, resource: "DAG Runs" },
      {
        name: "instances",
        to: "/browse/task-instances",
        icon: IconListDetails,
        resource: "Task Instances",
      },
      { name: "dependencies", to: "/browse/dependencies", icon: IconAffiliate, resource: "DAGs" },
      { name: "audit", to: "/browse/audit", icon: IconNotes, resource: "Audit Logs" },
      { name: "jobs", to: "/browse/jobs", icon: IconCpu, resource: "Jobs" },
    ],
  },
  {
    name: "admin",
    items: [
      { name: "variables", to: "/admin/variables", icon: IconBraces, resource: "Variables" },
      { name: "connections", to: "/admin/connections", icon: IconPlug, resource: "Connections" },
      { name: "pools", to: "/admin/pools", icon: IconGauge, resource: "Pools" },
    ],
  },
];
