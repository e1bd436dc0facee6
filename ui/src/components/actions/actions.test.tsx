import { MantineProvider } from "@mantine/core";
import { Notifications, notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { afterEach, beforeAll, expect, it, vi } from "vitest";

import actions from "../../i18n/locales/en/actions.json";
import common from "../../i18n/locales/en/common.json";
import { InstanceActions } from "./InstanceActions";
import { RunActions } from "./RunActions";

type Answer = (request: Request) => Promise<Response>;

/** The client keeps the `fetch` that it finds first: this one asks whoever answers by then. */
const server = vi.hoisted(() => {
  const own: { answer: Answer } = { answer: async () => Promise.reject(new Error("no server")) };
  globalThis.fetch = async (request) => own.answer(request as Request);
  return own;
});

const EVERYTHING = ["can_edit", "can_create", "can_delete"].flatMap((action) =>
  ["DAGs", "DAG Runs", "Task Instances"].map((resource) => `${action}:${resource}`),
);

const TASKS = [
  { dag_id: "sales", dag_run_id: "r1", task_id: "load", map_index: -1, state: "failed" },
  { dag_id: "sales", dag_run_id: "r1", task_id: "report", map_index: -1, state: "success" },
].map((one) => ({ ...one, task_display_name: one.task_id, rendered_map_index: null }));

interface Asked {
  method: string;
  path: string;
  body: Record<string, unknown>;
}

/** A server that answers everything, and remembers what it was asked. */
function serve(
  permissions: readonly string[],
  refusal?: { status: number; detail: string },
): Asked[] {
  const asked: Asked[] = [];
  server.answer = async (request) => {
    const path = new URL(request.url, "http://narae").pathname;
    if (path.endsWith("/auth/me")) return Response.json({ permissions });
    const body = (await request.json().catch(() => ({}))) as Record<string, unknown>;
    asked.push({ method: request.method, path, body });
    const isDryRun = body.dry_run === true || path.endsWith("/dry_run");
    if (refusal && !isDryRun) return Response.json(refusal, { status: refusal.status });
    return Response.json({ task_instances: TASKS, total_entries: 2 });
  };
  return asked;
}

function show(children: React.ReactNode) {
  return render(
    <MantineProvider env="test">
      <QueryClientProvider
        client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}
      >
        <Notifications />
        {children}
      </QueryClientProvider>
    </MantineProvider>,
  );
}

beforeAll(async () => {
  await i18next.use(initReactI18next).init({
    lng: "en",
    resources: { en: { common, actions } },
    defaultNS: "common",
    interpolation: { escapeValue: false },
  });
});

afterEach(() => notifications.clean());

const RUN = <RunActions dagId="sales" runId="r1" state="failed" />;
const INSTANCE = (
  <InstanceActions dagId="sales" runId="r1" taskId="load" mapIndex={-1} state="failed" />
);

it("shows what a clear would change before it clears exactly that", async () => {
  const asked = serve(EVERYTHING);
  const user = userEvent.setup();
  show(INSTANCE);
  await user.click(await screen.findByRole("button", { name: "Clear" }));
  const dialog = await screen.findByRole("dialog");
  const verb = await within(dialog).findByRole("button", { name: "Clear 2 task instances" });
  await user.click(within(dialog).getByRole("checkbox", { name: "Earlier runs" }));
  await waitFor(() => expect(asked.at(-1)?.body.include_past).toBe(true));
  expect(asked.every(({ body }) => body.dry_run === true)).toBe(true);
  await waitFor(() => expect(verb.hasAttribute("disabled")).toBe(false));
  await user.click(verb);
  expect(await screen.findByText("2 task instances cleared")).toBeTruthy();
  const { dry_run: _, ...previewed } = asked.at(-2)?.body ?? {};
  expect(asked.at(-1)?.body).toEqual({ ...previewed, dry_run: false });
  expect(asked.at(-1)?.body).toMatchObject({ task_ids: ["load"], include_downstream: true });
  expect(screen.queryByRole("dialog")).toBeNull();
});

it("says why something did not work, and stays open", async () => {
  serve(EVERYTHING, { status: 409, detail: "load is gone from the latest code" });
  const user = userEvent.setup();
  show(RUN);
  await user.click(await screen.findByRole("button", { name: "Clear" }));
  const dialog = await screen.findByRole("dialog");
  await user.click(await within(dialog).findByRole("button", { name: "Clear 2 task instances" }));
  expect(await screen.findByText("load is gone from the latest code")).toBeTruthy();
  expect(screen.queryByRole("dialog")).not.toBeNull();
});

it("marks with the reach that was chosen", async () => {
  const asked = serve(EVERYTHING);
  const user = userEvent.setup();
  show(INSTANCE);
  await user.click(await screen.findByRole("button", { name: /Mark as/ }));
  await user.click(await screen.findByRole("menuitem", { name: /skipped/ }));
  const dialog = await screen.findByRole("dialog");
  await user.click(await within(dialog).findByRole("button", { name: "Mark 2 task instances" }));
  await waitFor(() => expect(asked.at(-1)?.path.endsWith("/dry_run")).toBe(false));
  expect(asked.at(-1)).toMatchObject({
    method: "PATCH",
    body: { new_state: "skipped", include_downstream: false },
  });
});

it("tells who may not change anything why, and lets them copy commands", async () => {
  serve(["can_read:DAGs", "can_read:DAG Runs"]);
  const user = userEvent.setup();
  show(RUN);
  const clear = await screen.findByRole("button", { name: "Clear" });
  expect(clear.hasAttribute("disabled")).toBe(true);
  await user.click(screen.getByRole("button", { name: "Actions for run r1" }));
  const items = await screen.findAllByRole("menuitem");
  const open = items.filter((item) => !item.hasAttribute("disabled"));
  expect(open.map((item) => item.textContent)).toEqual(["Command line …"]);
  expect(items[0]?.textContent).toContain("You lack the permission");
});

it("stops only what has not ended, and deletes only what does not run", async () => {
  serve(EVERYTHING);
  const user = userEvent.setup();
  show(<RunActions dagId="sales" runId="r1" state="running" isCompact />);
  await user.click(await screen.findByRole("button", { name: "Actions for run r1" }));
  const isOpen = async (name: RegExp) =>
    !(await screen.findByRole("menuitem", { name })).hasAttribute("disabled");
  await waitFor(async () => expect(await isOpen(/^Stop/)).toBe(true));
  expect(await isOpen(/^Delete/)).toBe(false);
});
