/** The whole life of a DAG, as an operator sees it. */

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";

import { openBrowser, Visit } from "./browser";
import { mendedSales, sales } from "./dags";
import { Narae } from "./narae";

let narae: Narae;
let browser: Browser;
let visit: Visit;
let page: Page;
let graph: Page;

const SALES = "/dags/sales";

beforeAll(async () => {
  [narae, browser] = await Promise.all([Narae.start(), openBrowser()]);
  visit = await Visit.open(browser, narae);
  page = visit.page;
});

afterEach(({ task }) => visit.lookBack(task));

afterAll(async () => {
  await browser?.close();
  await narae?.remove();
});

it("somebody who is not logged in is asked to, and comes back to where they wanted to be", async () => {
  visit.expect(/401 .*\/auth\/me/, /status of 401.*\/auth\/me/);
  await page.goto("/dags?q=x");
  await page.waitForURL(/\/login\?next=/);
  visit.expect(/401 .*\/auth\/session/, /status of 401.*\/auth\/session/);
  await page.getByLabel("User name").fill("admin");
  await page.getByRole("textbox", { name: /^Password/ }).fill("wrong");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("alert").getByText("is wrong").waitFor();
  await page.getByRole("textbox", { name: /^Password/ }).fill(narae.admin.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL(/\/dags\?q=x/);
});

it("an empty deployment says where DAG files go, and notices the first one by itself", async () => {
  await page.goto("/");
  await page.getByRole("heading", { name: "No DAGs yet" }).waitFor();
  await page.getByText(narae.dags, { exact: true }).waitFor();
  await narae.save("sales.py", sales(narae.gates));
  await page.getByRole("heading", { name: "No DAGs yet" }).waitFor({ state: "hidden" });
  await page.getByRole("link", { name: "DAGs", exact: true }).click();
  await page
    .getByRole("table", { name: "DAGs" })
    .getByRole("link", { name: "sales", exact: true })
    .waitFor();
});

it("a new DAG is paused until somebody switches it on", async () => {
  const toggle = page.getByRole("switch", { name: "sales runs by its schedule" });
  expect(await toggle.isChecked()).toBe(false);
  await toggle.click();
  await expect.poll(async () => toggle.isChecked()).toBe(true);
  const dag = await narae.call<{ is_paused: boolean }>("GET", "/api/v2/dags/sales");
  expect(dag.is_paused).toBe(false);
});

it("it is triggered with a form made from its params", async () => {
  await page.getByRole("link", { name: "Trigger sales" }).click();
  await page.getByRole("textbox", { name: "Shop" }).fill("seoul");
  await page.getByRole("textbox", { name: "Run ID" }).fill("first");
  await page.getByRole("button", { name: "Trigger", exact: true }).click();
  await page.waitForURL(/\/dags\/sales\/runs\/first/);
  await page.getByRole("heading", { name: "first" }).waitFor();
});

it("the log is read while the task runs", async () => {
  await page.goto(`${SALES}/runs/first/tasks/extract?tab=log`);
  const log = page.getByRole("region", { name: "Log" });
  await log.getByText("row 1 of seoul").waitFor();
  expect(await log.getByText("row 2").count()).toBe(0);
  await page.locator("main [data-state=running]").first().waitFor();
  await narae.openGate("more");
  await log.getByText("row 2 of seoul").waitFor();
});

it("the grid and the graph follow the run without a reload", async () => {
  graph = await visit.openTab(`${SALES}/graph?dag_run_id=first`);
  await graph.locator(".flow-node[title=extract][data-state=running]").waitFor();
  await page.goto(`${SALES}/grid`);
  await page.getByRole("gridcell", { name: "extract, running" }).waitFor();
  await narae.openGate("end");
  await page.getByRole("gridcell", { name: "extract, success" }).waitFor();
  await page.getByRole("gridcell", { name: "report, failed" }).waitFor();
  await page.getByRole("columnheader", { name: "first, failed" }).waitFor();
  await graph.locator(".flow-node[title=extract][data-state=success]").waitFor();
  await graph.locator(".flow-node[title=report][data-state=failed]").waitFor();
});

it("why it failed is two clicks away", async () => {
  await page.getByRole("gridcell", { name: "report, failed" }).click();
  await page
    .getByRole("complementary", { name: "Selection" })
    .getByRole("link", { name: "Log" })
    .click();
  await page.getByRole("main").getByText("ValueError: there is no such shop").first().waitFor();
  const log = page.getByRole("region", { name: "Log" });
  await log.getByText("Traceback").first().waitFor();
});

it("the mended file and a clear with the latest code let the run succeed", async () => {
  await narae.save("sales.py", mendedSales(narae.gates));
  await expect.poll(async () => latestVersion(), { timeout: 30_000 }).toBe(2);
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Clear report" });
  await dialog.getByRole("checkbox", { name: "Use the latest code" }).check();
  await dialog.getByRole("button", { name: "Clear 1 task instance" }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.getByRole("region", { name: "Log" }).getByText("total 6").waitFor();
  await graph.locator(".flow-node[title=report][data-state=success]").waitFor();
  await graph.close();
});

it("what failed before stays in the history of attempts", async () => {
  await page.getByRole("tab", { name: "Attempts" }).click();
  await page
    .getByRole("tabpanel")
    .or(page.getByRole("main"))
    .getByText("there is no such shop")
    .first()
    .waitFor();
});

async function latestVersion(): Promise<number> {
  const dag = await narae.call<{ latest_dag_version: { version_number: number } | null }>(
    "GET",
    "/api/v2/dags/sales/details",
  );
  return dag.latest_dag_version?.version_number ?? 0;
}
