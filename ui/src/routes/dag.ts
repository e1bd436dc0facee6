/** A DAG's pages: tabs that share the selection in the address. */

import { createRoute, redirect } from "@tanstack/react-router";

import { choice, compact, dagSearch, flag, number, text, texts, type Raw } from "../lib/dagSearch";
import { page } from "./lazy";
import { inside } from "./root";

const dag = createRoute({
  getParentRoute: () => inside,
  path: "/dags/$dagId",
  validateSearch: dagSearch,
  component: page(() => import("../features/dag/DagPage"), "dag", "dags"),
});

const index = createRoute({
  getParentRoute: () => dag,
  path: "/",
  beforeLoad: ({ params, search }) => {
    throw redirect({ to: "/dags/$dagId/grid", params, search, replace: true });
  },
});

const grid = createRoute({
  getParentRoute: () => dag,
  path: "grid",
  component: page(() => import("../features/grid/GridTab"), "grid", "tables", "actions"),
});
const graph = createRoute({
  getParentRoute: () => dag,
  path: "graph",
  component: page(() => import("../features/graph/GraphTab"), "graph", "flow", "actions"),
});
const gantt = createRoute({
  getParentRoute: () => dag,
  path: "gantt",
  component: page(() => import("../features/gantt/GanttTab"), "gantt", "cause"),
});
const calendar = createRoute({
  getParentRoute: () => dag,
  path: "calendar",
  validateSearch: (raw: Raw) =>
    compact({
      span: choice(raw, "span", ["year", "month"]),
      colours: choice(raw, "colours", ["state", "failed"]),
      period: text(raw, "period"),
    }),
  component: page(() => import("../features/calendar/CalendarTab"), "calendar"),
});
const durations = createRoute({
  getParentRoute: () => dag,
  path: "durations",
  component: page(() => import("../features/durations/DurationsTab"), "durations"),
});
const runs = createRoute({
  getParentRoute: () => dag,
  path: "runs",
  validateSearch: (raw: Raw) =>
    compact({
      run_id: text(raw, "run_id"),
      states: texts(raw, "states"),
      run_types: texts(raw, "run_types"),
      user: text(raw, "user"),
      from: text(raw, "from"),
      until: text(raw, "until"),
      runs_sort: text(raw, "runs_sort"),
    }),
  component: page(() => import("../features/tables/RunsTab"), "tables", "actions"),
});
const tasks = createRoute({
  getParentRoute: () => dag,
  path: "tasks",
  validateSearch: (raw: Raw) =>
    compact({
      task_q: text(raw, "task_q"),
      operators: texts(raw, "operators"),
      trigger_rules: texts(raw, "trigger_rules"),
      retries: flag(raw, "retries"),
      mapped: flag(raw, "mapped"),
      tasks_sort: text(raw, "tasks_sort"),
    }),
  component: page(() => import("../features/tables/TasksTab"), "tables"),
});
const backfills = createRoute({
  getParentRoute: () => dag,
  path: "backfills",
  component: page(() => import("../features/backfills/BackfillsTab"), "backfills"),
});
const code = createRoute({
  getParentRoute: () => dag,
  path: "code",
  // Code that no version of the DAG came with is named by itself.
  validateSearch: (raw: Raw) =>
    compact({ code: text(raw, "code"), versus_code: text(raw, "versus_code") }),
  component: page(() => import("../features/code/CodeTab"), "code"),
});
const details = createRoute({
  getParentRoute: () => dag,
  path: "details",
  component: page(() => import("../features/details/DetailsTab"), "details", "dags"),
});
const audit = createRoute({
  getParentRoute: () => dag,
  path: "audit",
  validateSearch: (raw: Raw) =>
    compact({
      run_id: text(raw, "run_id"),
      audit_task: text(raw, "audit_task"),
      user: text(raw, "user"),
      event: text(raw, "event"),
      excluded: text(raw, "excluded"),
      from: text(raw, "from"),
      until: text(raw, "until"),
      audit_sort: text(raw, "audit_sort"),
    }),
  component: page(() => import("../features/audit/AuditTab"), "audit", "tables"),
});

const trigger = createRoute({
  getParentRoute: () => inside,
  path: "/dags/$dagId/trigger",
  // Beside `conf`, any other name prefills the param of that name.
  validateSearch: (raw: Raw): Record<string, unknown> => raw,
  component: page(() => import("../features/trigger/TriggerPage"), "trigger"),
});

const run = createRoute({
  getParentRoute: () => inside,
  path: "/dags/$dagId/runs/$runId",
  validateSearch: (raw: Raw) =>
    compact({
      tab: text(raw, "tab"),
      task_id: text(raw, "task_id"),
      state: texts(raw, "state"),
      pool: text(raw, "pool"),
      queue: text(raw, "queue"),
      operator: text(raw, "operator"),
      sort: text(raw, "sort"),
    }),
  component: page(() => import("../features/run/RunPage"), "run", "tables", "actions", "timeline"),
});

const instance = createRoute({
  getParentRoute: () => inside,
  path: "/dags/$dagId/runs/$runId/tasks/$taskId",
  validateSearch: (raw: Raw) =>
    compact({
      tab: text(raw, "tab"),
      map_index: number(raw, "map_index"),
      try_number: number(raw, "try_number"),
      versus: number(raw, "versus"),
      line: number(raw, "line"),
      q: text(raw, "q"),
      level: text(raw, "level"),
      source: text(raw, "source"),
      state: text(raw, "state"),
    }),
  component: page(
    () => import("../features/instance/InstancePage"),
    "instance",
    "log",
    "cause",
    "actions",
  ),
});

/** Airflow 2's former addresses of a DAG's views. */
const FORMER = {
  tree: "/dags/$dagId/grid",
  duration: "/dags/$dagId/durations",
  tries: "/dags/$dagId/durations",
  "landing-times": "/dags/$dagId/durations",
  dag_details: "/dags/$dagId/details",
} as const;

const former = (Object.keys(FORMER) as (keyof typeof FORMER)[]).map((path) =>
  createRoute({
    getParentRoute: () => dag,
    path,
    beforeLoad: ({ params }) => {
      const { dagId } = params as { dagId: string };
      throw redirect({ to: FORMER[path], params: { dagId }, replace: true });
    },
  }),
);

export const dagRoutes = [
  dag.addChildren([
    index,
    grid,
    graph,
    gantt,
    calendar,
    durations,
    runs,
    tasks,
    backfills,
    code,
    details,
    audit,
    ...former,
  ]),
  trigger,
  run,
  instance,
] as const;
