import { expect, it } from "vitest";

import { addressOf, beforeOf, placesOf, refOf } from "./places";

const version = (number: number, code: string, at: string) => ({
  version_number: number,
  bundle_version: code,
  created_at: at,
});
const run = (code: string, at: string) => ({ bundle_version: code, queued_at: at, run_after: at });

it("code that no version came with is known from the file as it is, and from runs", () => {
  const places = placesOf({
    versions: [version(2, "bb", "2026-03-02T00:00:00Z"), version(1, "aa", "2026-03-01T00:00:00Z")],
    runs: [run("bb", "2026-03-03T00:00:00Z"), run("cc", "2026-03-04T00:00:00Z")],
    latest: { code: "dd", at: "2026-03-05T00:00:00Z" },
  });
  expect(places.map((place) => place.ref)).toEqual(["dd", "cc", "2", "1"]);
  expect(beforeOf(places, "cc")?.ref).toBe("2");
  expect(beforeOf(places, "1")).toBeUndefined();
});

it("the address names versions by number, and other code by itself", () => {
  expect(addressOf("12")).toEqual({ number: 12 });
  expect(addressOf("12ab")).toEqual({ code: "12ab" });
  expect(refOf(3, undefined)).toBe("3");
  expect(refOf(undefined, undefined)).toBeUndefined();
});
