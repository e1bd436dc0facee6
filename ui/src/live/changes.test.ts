import { describe, expect, it } from "vitest";

import { touches, type Change, type ChangeKind } from "./changes";

const cached = (live: ChangeKind[], path: Record<string, string>) => ({
  queryKey: ["/x", { params: { path } }],
  meta: { live },
});
const change: Change = { kind: "run", dag_id: "sales", run_id: "r1" };

describe("a change", () => {
  it.each([
    [["run"], {}, true],
    [["pools"], {}, false],
    [["run"], { dag_id: "sales" }, true],
    [["run"], { dag_id: "hr" }, false],
    [["run"], { dag_id: "~" }, true],
    [["run"], { dag_id: "sales", dag_run_id: "r1" }, true],
    [["run"], { dag_id: "sales", dag_run_id: "r2" }, false],
  ] as [ChangeKind[], Record<string, string>, boolean][])(
    "of a run of sales, for what listens to %j of %j: %s",
    (live, path, expected) => {
      expect(touches(change, cached(live, path))).toBe(expected);
    },
  );

  it("reaches an answer that one of those who show it listens for", () => {
    const others = { ...cached([], {}), observers: [{ options: { meta: { live: ["run"] } } }] };
    expect(touches(change, others)).toBe(true);
    expect(touches(change, cached([], {}))).toBe(false);
  });

  it("of nothing in particular is for all", () => {
    expect(touches({ kind: "run" }, cached(["run"], { dag_id: "hr" }))).toBe(true);
  });
});
