/** The same views as somebody sees them who may only look, in Korean, on a phone. */

import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";

import { VIEWS } from "./addresses";
import { openBrowser, Visit } from "./browser";
import { startBusy } from "./busy";
import { someOfEverything } from "./dags";
import type { Narae } from "./narae";
import { go, show } from "./walk";

let narae: Narae;
let browser: Browser;
let visit: Visit;

/** What i18next shows in place of a text that it does not have: `columns.state`, `grid:tries`. */
const RAW_KEY = /^(?:[a-z]+:)?[a-z][A-Za-z]+(?:\.[a-z][A-Za-z_]+)+$/;
/** The same shape, but names in the DAG files and of them. */
const FILES = Object.entries(someOfEverything("")).flat().join(" ");
/** Viewers may not read them. */
const isForbidden = (path: string) => path.includes("/audit");

beforeAll(async () => {
  [narae, browser] = await Promise.all([startBusy(), openBrowser()]);
  visit = await Visit.open(browser, narae, { language: "ko", width: 390, height: 844 });
  await visit.logIn(await narae.makeUser("vera", "Viewer"));
});

afterEach(({ task }) => visit.lookBack(task));

afterAll(async () => {
  await browser?.close();
  await narae?.remove();
});

it.each(VIEWS.filter(({ path }) => !isForbidden(path)))(
  "$path speaks Korean and fits a phone",
  async (view) => {
    await show(visit.page, view);
    expect(await visit.page.locator("html").getAttribute("lang")).toBe("ko");
    const words = (await visit.page.locator("body").innerText()).split(/\s+/);
    expect(
      words.filter(
        (word) => RAW_KEY.test(word) && !FILES.includes(word) && word !== "shipping.pack",
      ),
    ).toEqual([]);
    const spare = await visit.page.evaluate(
      () => document.documentElement.clientWidth - document.documentElement.scrollWidth,
    );
    expect(spare).toBe(0);
  },
);

it("what a viewer may not do is not offered", async () => {
  const { page } = visit;
  await page.setViewportSize({ width: 1440, height: 900 });
  await show(page, { path: "/dags?view=table", shows: "orders" });
  const toggle = page.getByRole("switch", { name: /^orders/ });
  expect(await toggle.isDisabled()).toBe(true);
  expect(await page.locator("a[href$='/trigger']").count()).toBe(0);
  await show(page, { path: "/dags/orders/runs/first", shows: "bill" });
  expect(await page.getByRole("button", { name: "초기화", exact: true }).isDisabled()).toBe(true);
  await show(page, { path: "/dags/orders/runs/first/tasks/bill?tab=xcom", shows: "XCom" });
  expect(await page.getByRole("button", { name: "초기화", exact: true }).isDisabled()).toBe(true);
});

it("the server refuses what the page does not offer", async () => {
  visit.expect(/403/);
  const status = await visit.page.evaluate(async () => {
    const answer = await fetch("/api/v2/dags/orders", {
      method: "PATCH",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ is_paused: true }),
    });
    return answer.status;
  });
  expect(status).toBe(403);
});

it("a page that a viewer may not see says so", async () => {
  visit.expect(/403/);
  await go(visit.page, "/browse/audit");
  await visit.page.getByRole("main").getByRole("alert").first().waitFor();
});

it("a DAG that does not exist is said not to", async () => {
  visit.expect(/404/);
  await go(visit.page, "/dags/no-such-dag/grid");
  await visit.page.getByRole("alert").first().waitFor();
});
