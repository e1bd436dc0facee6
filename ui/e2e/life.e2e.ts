/** The whole life of a DAG, as an operator sees it. */

import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";

import { openBrowser, Visit } from "./browser";
import { Narae } from "./narae";

let narae: Narae;
let browser: Browser;
let visit: Visit;

beforeAll(async () => {
  [narae, browser] = await Promise.all([Narae.start(), openBrowser()]);
  visit = await Visit.open(browser, narae);
});

afterEach(() => {
  expect(visit.takeTroubles()).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  await narae?.remove();
});

it("somebody who is not logged in is asked to, and comes back to where they wanted to be", async () => {
  visit.expect(/401 .*\/auth\/me/, /status of 401.*\/auth\/me/);
  await visit.page.goto("/dags?q=x");
  await visit.page.waitForURL(/\/login\?next=/);
  visit.expect(/401 .*\/auth\/session/, /status of 401.*\/auth\/session/);
  await visit.page.getByLabel("User name").fill("admin");
  await visit.page.getByRole("textbox", { name: /^Password/ }).fill("wrong");
  await visit.page.getByRole("button", { name: "Log in" }).click();
  await visit.page.getByRole("alert").getByText("is wrong").waitFor();
  await visit.page.getByRole("textbox", { name: /^Password/ }).fill(narae.admin.password);
  await visit.page.getByRole("button", { name: "Log in" }).click();
  await visit.page.waitForURL(/\/dags\?q=x/);
});
