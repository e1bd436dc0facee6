/** Every view of the UI, and what it has to show of a busy deployment. */

export interface View {
  path: string;
  /** Words, the same in both languages, that it shows once it is there. */
  shows: string;
}

const TABS: readonly (readonly [string, string])[] = [
  ["grid", "bill"],
  ["graph", "BashOperator"],
  ["gantt", "bill"],
  ["calendar", "2026"],
  ["durations", "greet"],
  ["runs", "first"],
  ["tasks", "greet"],
  ["code", "def shipping"],
  ["details", "orders.py"],
  ["audit", "admin"],
];

const INSTANCE: readonly (readonly [string, string, string])[] = [
  ["bill", "log", "no bill for <b>c</b>"],
  ["bill", "attempts", "no bill for <b>c</b>"],
  ["fetch", "xcom", "return_value"],
  ["greet", "rendered", "Seoul"],
  ["greet", "details", "BashOperator"],
];

const RUN = "/dags/orders/runs/first";

export const VIEWS: readonly View[] = [
  { path: "/", shows: "bill" },
  { path: "/dags?view=table", shows: "orders" },
  { path: "/dags?view=cards", shows: "orders" },
  { path: "/dags?errors=true", shows: "no_such_module" },
  ...TABS.map(([tab, shows]) => ({ path: `/dags/orders/${tab}?dag_run_id=first`, shows })),
  { path: "/dags/orders/grid?dag_run_id=first&task_id=bill", shows: "bill" },
  { path: "/dags/orders/trigger", shows: "city" },
  { path: RUN, shows: "bill" },
  { path: `${RUN}?tab=times`, shows: "shipping.pack" },
  { path: `${RUN}?tab=details`, shows: "2026-01-02" },
  ...INSTANCE.map(([task, tab, shows]) => ({ path: `${RUN}/tasks/${task}?tab=${tab}`, shows })),
  { path: `${RUN}/tasks/shipping.pack`, shows: "pack" },
  { path: `${RUN}/tasks/shipping.pack?map_index=1&tab=log`, shows: "packed" },
  { path: `${RUN}/tasks/shipping.pack?map_index=1&tab=docs`, shows: "Packs" },
  { path: "/dags/slow/runs/first/tasks/follow?tab=why", shows: "hold" },
  { path: "/browse/runs", shows: "orders" },
  { path: "/browse/task-instances", shows: "greet" },
];
