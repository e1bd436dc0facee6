import { expect, it } from "vitest";

import { bodyOf, countsOf, NEW_DRAFT, reasonOf } from "./plan";

const DRAFT = { ...NEW_DRAFT, from: "2026-03-01T00:00:00Z", until: "2026-03-02T00:00:00Z" };

it("the server's reasons are read, and kept as they are where they are unknown", () => {
  expect(reasonOf("in progress: running")).toEqual({ key: "busy", state: "running" });
  expect(reasonOf("already ran: success")).toEqual({ key: "ran", state: "success" });
  expect(reasonOf("not due before 2026-03-02T00:00:00+00:00; nor are later ones")).toEqual({
    key: "notDue",
    at: "2026-03-02T00:00:00+00:00",
  });
  expect(reasonOf("for another reason")).toEqual({ key: "other", words: "for another reason" });
});

it("runs that are left out are no runs", () => {
  const planned = [null, "already ran: success", null].map((left_out, day) => ({
    logical_date: `2026-03-0${day + 1}T00:00:00Z`,
    left_out,
  }));
  expect(countsOf(planned)).toEqual({ runs: 2, leftOut: 1 });
});

it("a form that is not filled in well asks for nothing", () => {
  expect(bodyOf("d", NEW_DRAFT)).toEqual({ wrong: "dates" });
  expect(bodyOf("d", { ...DRAFT, until: "2026-02-01T00:00:00Z" })).toEqual({ wrong: "order" });
  expect(bodyOf("d", { ...DRAFT, runsAtOnce: "" })).toEqual({ wrong: "runsAtOnce" });
  expect(bodyOf("d", { ...DRAFT, runsAtOnce: 0 })).toEqual({ wrong: "runsAtOnce" });
  expect(bodyOf("d", { ...DRAFT, conf: "[1]" })).toEqual({ wrong: "conf" });
});

it("the latest code matters only where runs are run again", () => {
  const latest = (reprocess: "none" | "failed") => {
    const made = bodyOf("d", { ...DRAFT, isLatest: true, reprocess });
    return "body" in made && made.body.run_on_latest_version;
  };
  expect([latest("none"), latest("failed")]).toEqual([false, true]);
});
