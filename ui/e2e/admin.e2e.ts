/** Every view, as the administrator sees it; nothing that stands in the way of assistive software. */

import { AxeBuilder } from "@axe-core/playwright";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";

import { VIEWS } from "./addresses";
import { openBrowser, Visit } from "./browser";
import { startBusy } from "./busy";
import type { Narae } from "./narae";
import { show } from "./walk";

let narae: Narae;
let browser: Browser;
let visit: Visit;

beforeAll(async () => {
  [narae, browser] = await Promise.all([startBusy(), openBrowser()]);
  visit = await Visit.open(browser, narae);
  await visit.logIn(narae.admin);
});

afterEach(({ task }) => visit.lookBack(task));

afterAll(async () => {
  await browser?.close();
  await narae?.remove();
});

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];

async function hindrances(axe: AxeBuilder): Promise<string[]> {
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${node.target.join(" ")}`));
}

it.each(VIEWS)("$path is there, and usable for everybody, in light and dark", async (view) => {
  await show(visit.page, view);
  const light = await hindrances(new AxeBuilder({ page: visit.page }).withTags(TAGS));
  await visit.page.emulateMedia({ colorScheme: "dark" });
  await visit.page.locator("html[data-mantine-color-scheme=dark]").waitFor();
  // Nothing but the colours is another.
  const dark = await hindrances(new AxeBuilder({ page: visit.page }).withRules("color-contrast"));
  await visit.page.emulateMedia({ colorScheme: "light" });
  expect({ light, dark }).toEqual({ light: [], dark: [] });
});
