/** Chromium, and pages that fail a test when anything goes wrong in them. */

import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { expect } from "vitest";

import type { Login, Narae } from "./narae";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? PLACES.find((place) => existsSync(place));
  if (!executablePath) throw new Error("there is no Chromium: scripts/need-chromium");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

export interface Look {
  width?: number;
  height?: number;
  scheme?: "light" | "dark";
  language?: "en" | "ko";
}

export class Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors and warnings of the console, uncaught errors, requests that failed. */
  readonly troubles: string[] = [];
  private expected: RegExp[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    this.watch(page);
  }

  /** One more tab of the same browser, watched like the first. */
  async openTab(address: string): Promise<Page> {
    const page = await this.context.newPage();
    this.watch(page);
    await page.goto(address);
    return page;
  }

  private watch(page: Page): void {
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") {
        this.note(`${message.type()}: ${message.text()} ${message.location().url}`);
      }
    });
    page.on("pageerror", (error) => this.note(`uncaught: ${error.stack ?? error.message}`));
    page.on("response", (response) => {
      if (response.status() >= 400) this.note(`${response.status()} ${response.url()}`);
    });
  }

  static async open(browser: Browser, narae: Narae, look: Look = {}): Promise<Visit> {
    const context = await browser.newContext({
      baseURL: narae.url,
      viewport: { width: look.width ?? 1440, height: look.height ?? 900 },
      colorScheme: look.scheme ?? "light",
      locale: look.language === "ko" ? "ko-KR" : "en-US",
      timezoneId: "Europe/Berlin",
      permissions: ["clipboard-read", "clipboard-write"],
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(15_000);
    return new Visit(context, await context.newPage());
  }

  /** From here on such troubles are part of the story. */
  expect(...patterns: RegExp[]): void {
    this.expected.push(...patterns);
  }

  /** Troubles that nobody expected; the list begins anew. */
  takeTroubles(): string[] {
    const found = this.troubles.filter((words) => !this.expected.some((p) => p.test(words)));
    this.troubles.length = 0;
    return found;
  }

  /** Logs in by the page, as a person does. */
  async logIn(who: Login): Promise<void> {
    this.expect(/401 .*\/auth\/me/, /status of 401.*\/auth\/me/);
    await this.page.goto("/login");
    await this.page.getByLabel("User name").or(this.page.getByLabel("사용자 이름")).fill(who.name);
    await this.page.getByRole("textbox", { name: /^(Password|비밀번호)/ }).fill(who.password);
    await this.page.getByRole("button", { name: /^(Log in|로그인)$/ }).click();
    await this.page.waitForURL((url) => url.pathname !== "/login");
    await this.page.getByRole("navigation").first().waitFor({ state: "attached" });
  }

  /** After a step of a story: nothing unexpected; a picture of what a failed one has left. */
  async lookBack(step: { name: string; result?: { state: string } | undefined }): Promise<void> {
    if (step.result?.state === "fail") {
      const file = join(tmpdir(), `narae-e2e ${step.name.slice(0, 60).replaceAll("/", " ")}.png`);
      await this.page.screenshot({ path: file, animations: "disabled" });
      process.stderr.write(`${this.page.url()} stood as in ${file}\n`);
    }
    expect(this.takeTroubles()).toEqual([]);
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  private note(words: string): void {
    this.troubles.push(words);
  }
}
