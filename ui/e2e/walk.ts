/** Going from page to page as a link does, and waiting until one is there. */

import type { Page } from "playwright-core";

import type { View } from "./addresses";

const PENDING = "main [role=status]:has(.mantine-Skeleton-root, .mantine-Loader-root)";

/** Without a reload, unless the app is not there yet. */
export async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => window.history.pushState({}, "", to), path);
}

/** Loads the view: its heading, its words, nothing that still loads. */
export async function show(page: Page, view: View): Promise<void> {
  await page.goto(view.path);
  await page.locator("main h1").first().waitFor();
  await page.locator("main").getByText(view.shows).filter({ visible: true }).first().waitFor();
  await page.waitForFunction((waiting) => !document.querySelector(waiting), PENDING);
}
