/** The pages that belong to no single DAG. */

import { createRoute, redirect } from "@tanstack/react-router";

import { compact, flag, number, text, texts, type Raw } from "../lib/dagSearch";
import { page } from "./lazy";
import { inside } from "./root";

const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  component: page(() => import("../features/home/HomePage"), "home", "dags", "cause"),
});

/** Airflow's address of the list. */
const formerHome = createRoute({
  getParentRoute: () => inside,
  path: "/home",
  beforeLoad: () => {
    throw redirect({ to: "/dags", replace: true });
  },
});

const dags = createRoute({
  getParentRoute: () => inside,
  path: "/dags",
  validateSearch: (raw: Raw) =>
    compact({
      q: text(raw, "q"),
      status: text(raw, "status"),
      state: text(raw, "state"),
      tags: texts(raw, "tags"),
      owners: texts(raw, "owners"),
      favourite: flag(raw, "favourite"),
      sort: text(raw, "sort"),
      view: text(raw, "view"),
      errors: flag(raw, "errors"),
    }),
  component: page(() => import("../features/dags/DagsPage"), "dags"),
});

const filters = (raw: Raw) =>
  compact({
    dag_id: text(raw, "dag_id"),
    run_id: text(raw, "run_id"),
    task_id: text(raw, "task_id"),
    state: texts(raw, "state"),
    run_type: texts(raw, "run_type"),
    pool: text(raw, "pool"),
    queue: text(raw, "queue"),
    operator: text(raw, "operator"),
    user: text(raw, "user"),
    event: text(raw, "event"),
    excluded: text(raw, "excluded"),
    q: text(raw, "q"),
    from: text(raw, "from"),
    until: text(raw, "until"),
    sort: text(raw, "sort"),
    page: number(raw, "page"),
  });

const runs = createRoute({
  getParentRoute: () => inside,
  path: "/browse/runs",
  validateSearch: filters,
  component: page(() => import("../features/tables/RunsPage"), "tables", "actions"),
});
const instances = createRoute({
  getParentRoute: () => inside,
  path: "/browse/task-instances",
  validateSearch: filters,
  component: page(() => import("../features/tables/InstancesPage"), "tables", "actions"),
});
const audit = createRoute({
  getParentRoute: () => inside,
  path: "/browse/audit",
  validateSearch: filters,
  component: page(() => import("../features/audit/AuditPage"), "audit", "tables"),
});
const jobs = createRoute({
  getParentRoute: () => inside,
  path: "/browse/jobs",
  validateSearch: filters,
  component: page(() => import("../features/browse/JobsPage"), "browse"),
});
const dependencies = createRoute({
  getParentRoute: () => inside,
  path: "/browse/dependencies",
  validateSearch: filters,
  component: page(
    () => import("../features/dependencies/DependenciesPage"),
    "dependencies",
    "flow",
  ),
});
const variables = createRoute({
  getParentRoute: () => inside,
  path: "/admin/variables",
  validateSearch: filters,
  component: page(() => import("../features/admin/VariablesPage"), "admin"),
});
const connections = createRoute({
  getParentRoute: () => inside,
  path: "/admin/connections",
  validateSearch: filters,
  component: page(() => import("../features/admin/ConnectionsPage"), "admin"),
});
const pools = createRoute({
  getParentRoute: () => inside,
  path: "/admin/pools",
  validateSearch: filters,
  component: page(() => import("../features/admin/PoolsPage"), "admin"),
});
const account = createRoute({
  getParentRoute: () => inside,
  path: "/account",
  component: page(() => import("../features/account/AccountPage"), "account"),
});

export const pageRoutes = [
  home,
  formerHome,
  dags,
  runs,
  instances,
  audit,
  jobs,
  dependencies,
  variables,
  connections,
  pools,
  account,
] as const;
