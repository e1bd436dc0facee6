/** A lost connection, and names and texts that nobody would choose. */

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";

import { openBrowser, Visit } from "./browser";
import { LARGE, NASTY, NASTY_DAG, NASTY_TASK } from "./dags";
import { Narae } from "./narae";
import { go } from "./walk";

let narae: Narae;
let browser: Browser;
let visit: Visit;
let page: Page;

beforeAll(async () => {
  const files = { "nasty.py": NASTY, "large.py": LARGE };
  [narae, browser] = await Promise.all([Narae.start(files), openBrowser()]);
  visit = await Visit.open(browser, narae);
  page = visit.page;
  await visit.logIn(narae.admin);
});

afterEach(({ task }) => visit.lookBack(task));

afterAll(async () => {
  await browser?.close();
  await narae?.remove();
});

it("names in several scripts, and HTML in texts, stay what they are", async () => {
  await go(page, "/dags?view=table");
  await page.getByText("매출 <img src=x onerror=alert(1)> 🚀 مبيعات").first().waitFor();
  await go(page, `/dags/${NASTY_DAG}/details`);
  await page.getByText("<script>document.title").first().waitFor();
  expect(await page.locator("main img").count()).toBe(0);
  await go(page, `/dags/${NASTY_DAG}/graph`);
  await page.locator(`.flow-node[title="${NASTY_TASK}"]`).waitFor();
  const spare = await page.evaluate(
    () => document.documentElement.clientWidth - document.documentElement.scrollWidth,
  );
  expect(spare).toBe(0);
});

it("a DAG with 5,000 tasks opens as a grid and as a graph", async () => {
  await narae.call("POST", "/api/v2/dags/large/dagRuns", {
    dag_run_id: "first",
    logical_date: null,
  });
  await go(page, "/dags/large/grid");
  await page.getByRole("columnheader", { name: /^first/ }).waitFor({ timeout: 45_000 });
  await page.getByRole("rowheader").getByText("task_0", { exact: true }).waitFor();
  expect(await page.getByRole("gridcell").count()).toBeLessThan(500);
  await go(page, "/dags/large/graph");
  await page.getByRole("button", { name: /./ }).first().waitFor();
  await page.locator(".react-flow, table, [role=table]").first().waitFor({ timeout: 45_000 });
});

it("a DAG that is deleted while one looks at it is said to be gone", async () => {
  visit.expect(/404/);
  await go(page, `/dags/${NASTY_DAG}/details`);
  await page.getByText("<script>document.title").first().waitFor();
  await narae.erase("nasty.py");
  await page.getByText("The file of this DAG is gone").waitFor({ timeout: 45_000 });
});

it("a lost connection is said, and what was missed is there when it is back", async () => {
  visit.expect(/ERR_/, /50\d/, /Failed to (load|fetch)/, /network/i);
  await go(page, "/dags/large/runs");
  await page.getByText("first").first().waitFor();
  const banner = page.getByText("The connection to Narae is lost");
  await narae.end();
  await banner.waitFor({ timeout: 45_000 });
  await narae.begin();
  await banner.waitFor({ state: "hidden", timeout: 45_000 });
  await narae.call("POST", "/api/v2/dags/large/dagRuns", {
    dag_run_id: "second",
    logical_date: null,
  });
  await page.getByText("second").first().waitFor({ timeout: 45_000 });
});
