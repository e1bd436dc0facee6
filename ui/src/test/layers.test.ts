/** Imports go down: lib, i18n, live, api, graph, components, features, routes, app. */

import { expect, it } from "vitest";

const sources = import.meta.glob<string>("../**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

const MAY_IMPORT: Record<string, readonly string[]> = {
  lib: [],
  i18n: ["lib"],
  live: ["lib"],
  api: ["lib", "live"],
  graph: ["lib"],
  components: ["lib", "api", "i18n", "live", "graph"],
  features: ["lib", "api", "i18n", "live", "graph", "components"],
  routes: ["lib", "api", "i18n", "components", "features", "app"],
  app: ["lib", "api", "i18n", "live", "components", "routes"],
  test: ["lib", "api", "i18n", "live", "components", "graph"],
};

/** `features/grid/cells.ts` and `../../lib/time` are `lib/time`. */
function resolved(file: string, target: string): string {
  const parts = file.split("/").slice(0, -1);
  for (const part of target.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

function importsOf(file: string, text: string): string[] {
  const found = text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g);
  return [...found].map((match) => resolved(file, match[1] ?? ""));
}

const files = Object.entries(sources).map(
  ([path, text]) => [path.replace("../", ""), text] as const,
);

it("reads the sources", () => {
  expect(files.length).toBeGreaterThan(40);
});

it("lets imports go down only", () => {
  const wrong = files.flatMap(([file, text]) => {
    const [layer = ""] = file.split("/");
    const allowed = MAY_IMPORT[layer] ?? [];
    return importsOf(file, text)
      .map((target) => target.split("/")[0] ?? "")
      .filter((target) => target !== layer && !allowed.includes(target))
      .map((target) => `${file} imports ${target}`);
  });
  expect(wrong).toEqual([]);
});

it("lets no feature import another", () => {
  const wrong = files
    .filter(([file]) => file.startsWith("features/"))
    .flatMap(([file, text]) => {
      const own = file.split("/")[1];
      return importsOf(file, text)
        .filter((target) => target.startsWith("features/") && target.split("/")[1] !== own)
        .map((target) => `${file} imports ${target}`);
    });
  expect(wrong).toEqual([]);
});
