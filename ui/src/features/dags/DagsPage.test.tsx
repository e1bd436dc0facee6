import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, describe, expect, it, vi } from "vitest";

import { ME, type Me } from "../../api/me";
import { startI18n } from "../../i18n/i18n";
import { compact, flag, text, texts } from "../../lib/dagSearch";
import DagsPage from "./DagsPage";

type Serve = (request: Request) => Promise<Response>;

/** The client takes hold of `fetch` when it is imported: it gets one that each test can answer. */
const server = vi.hoisted(() => {
  const own: { answer: Serve } = { answer: async () => Response.error() };
  globalThis.fetch = async (input) => own.answer(new Request(input));
  return own;
});

const ALL = ["DAGs", "DAG Runs", "Task Instances", "ImportError"].flatMap((resource) =>
  ["can_read", "can_edit", "can_create", "can_delete"].map((action) => `${action}:${resource}`),
);

function row(id: string, changes: Record<number, unknown> = {}): unknown[] {
  const timetable = { type: "cron_interval", expression: "0 7 * * *" };
  const raw = [id, id, null, ["kim"], ["prod"], 0, 0, 0, "0 7 * * *", timetable, "UTC", null];
  const all: unknown[] = [...raw, null, null, null, null, null, 0, 0, 16, `${id}.py`];
  for (const [column, value] of Object.entries(changes)) all[Number(column)] = value;
  return all;
}

/** A server of which each path has one answer; says what it was asked. */
function serve(answers: Record<string, unknown>): string[] {
  const asked: string[] = [];
  server.answer = async (request) => {
    const { pathname } = new URL(request.url);
    asked.push(`${request.method} ${pathname} ${request.body ? await request.text() : ""}`.trim());
    const answer = answers[`${request.method} ${pathname}`] ?? answers[pathname];
    if (answer instanceof Promise) await answer;
    if (typeof answer === "number") return Response.json({ detail: "no" }, { status: answer });
    return Response.json(answer ?? {});
  };
  return asked;
}

const NOTHING = {
  "/api/v2/importErrors": { import_errors: [], total_entries: 0 },
  "/api/v2/ui/dagActivity": { dags: [] },
  "/api/v2/ui/config": { dags_folder: "/srv/dags" },
};

function show(address = "/dags?view=cards", permissions: string[] = ALL): void {
  const root = createRootRoute();
  const inside = createRoute({ getParentRoute: () => root, id: "inside" });
  const dags = createRoute({
    getParentRoute: () => inside,
    path: "/dags",
    validateSearch: (raw: Record<string, unknown>) =>
      compact({
        q: text(raw, "q"),
        status: text(raw, "status"),
        tags: texts(raw, "tags"),
        favourite: flag(raw, "favourite"),
        view: text(raw, "view"),
      }),
    component: DagsPage,
  });
  const router = createRouter({
    routeTree: root.addChildren([inside.addChildren([dags])]),
    history: createMemoryHistory({ initialEntries: [address] }),
  });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  client.setQueryData(ME.queryKey, { permissions } as Me);
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        {/* oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a router of the test's own */}
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

beforeAll(startI18n);

describe("the list of DAGs", () => {
  it("says how to add the first DAG, and where, when there is none", async () => {
    serve({ ...NOTHING, "/api/v2/ui/dags": { rows: [] } });
    show();
    expect(await screen.findByText("/srv/dags")).toBeTruthy();
    expect(await screen.findByText("No DAGs yet")).toBeTruthy();
  });

  it("says so when nothing matches, and shows all again once filters are cleared", async () => {
    serve({ ...NOTHING, "/api/v2/ui/dags": { rows: [row("sales"), row("stock")] } });
    show("/dags?view=cards&q=zebra");
    expect(await screen.findByText("No DAG matches")).toBeTruthy();
    expect(screen.getByText("0 of 2 DAGs")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Clear filters" }));
    expect(await screen.findByText("2 DAGs")).toBeTruthy();
  });

  it("counts what is found while one types", async () => {
    serve({ ...NOTHING, "/api/v2/ui/dags": { rows: [row("sales"), row("stock"), row("ads")] } });
    show();
    await userEvent.type(await screen.findByRole("searchbox"), "s");
    await userEvent.type(screen.getByRole("searchbox"), "t");
    expect(await screen.findByText("1 of 3 DAGs")).toBeTruthy();
  });

  it("says that the caller may not see DAGs", async () => {
    serve({ ...NOTHING, "/api/v2/ui/dags": 403 });
    show();
    expect(await screen.findByText("You may not see this")).toBeTruthy();
  });

  it("names broken files and says which DAGs run on with their last good version", async () => {
    const error = {
      import_error_id: 1,
      filename: "sales.py",
      line: 7,
      message: "NameError: <b>x</b>",
      stack_trace: "Traceback",
      timestamp: "2026-11-23T00:00:00Z",
      file_token: "t",
    };
    serve({
      ...NOTHING,
      "/api/v2/ui/dags": { rows: [row("sales", { 6: 1 })] },
      "/api/v2/importErrors": { import_errors: [error], total_entries: 1 },
    });
    show();
    await userEvent.click(await screen.findByRole("button", { name: "1 file can't be imported" }));
    await userEvent.click(await screen.findByText("sales.py:7"));
    expect(screen.getByText("NameError: <b>x</b>")).toBeTruthy();
    expect(await screen.findByText(/The last good version keeps running/)).toBeTruthy();
  });
});

describe("a DAG's switch", () => {
  const isOn = (box: HTMLElement) => (box as HTMLInputElement).checked;

  // Rows are only drawn where there is a height; the page of a test has none.
  async function theSwitch() {
    const { render: draw } = await import("@testing-library/react");
    const { PauseSwitch } = await import("./Parts");
    const { useDags } = await import("./table");
    const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    client.setQueryData(ME.queryKey, { permissions: ALL } as Me);
    function One() {
      const [dag] = useDags().data ?? [];
      return dag ? <PauseSwitch dag={dag} /> : null;
    }
    draw(
      <MantineProvider env="test">
        <QueryClientProvider client={client}>
          <One />
        </QueryClientProvider>
      </MantineProvider>,
    );
    return screen.findByRole("switch");
  }

  it("shows at once what it was set to, while the server is still being told", async () => {
    const asked = serve({
      ...NOTHING,
      "/api/v2/ui/dags": { rows: [row("sales")] },
      "PATCH /api/v2/dags/sales": new Promise(() => undefined),
    });
    const box = await theSwitch();
    expect(isOn(box)).toBe(true);
    await userEvent.click(box);
    await waitFor(() => expect(isOn(screen.getByRole("switch"))).toBe(false));
    await waitFor(() => expect(asked).toContain('PATCH /api/v2/dags/sales {"is_paused":true}'));
  });

  it("goes back when the server refuses", async () => {
    serve({
      ...NOTHING,
      "/api/v2/ui/dags": { rows: [row("sales")] },
      "PATCH /api/v2/dags/sales": 403,
    });
    await userEvent.click(await theSwitch());
    await waitFor(() => expect(isOn(screen.getByRole("switch"))).toBe(true));
  });
});
