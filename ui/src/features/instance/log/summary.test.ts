import { describe, expect, it, vi } from "vitest";

import type { fetchFound, LogSummary } from "./log";
import { downloadAddress, namesOf, passes, textOf } from "./log";
import { errorCount, groupMark, grown, levelsOf } from "./summary";
import { aLine } from "./testing";
import { errorAfter } from "./useWay";

const SUMMARY: LogSummary = {
  size_bytes: 100,
  counted_bytes: 100,
  is_complete: true,
  lines: 3,
  levels: { info: 3 },
  sources: { task: 3 },
  first_error_line: null,
  last_error_line: null,
  groups: [],
  groups_are_all: true,
  has_ended: false,
  first_at: null,
  last_at: null,
};

describe("the figures of a log", () => {
  it("grow with its lines, each counted once", () => {
    const found = grown(SUMMARY, [aLine(3), aLine(4, { level: "error", source: "stderr" })]);
    expect(found.levels).toEqual({ info: 3, error: 1 });
    expect(found.sources).toEqual({ task: 3, stderr: 1 });
    expect([found.lines, found.first_error_line, errorCount(found)]).toEqual([4, 4, 1]);
  });

  it("know groups as they are opened and closed, also within others", () => {
    const events = ["::group::outer", "::group::inner", "::endgroup::", "::endgroup::"];
    const found = grown(
      SUMMARY,
      events.map((event, index) => aLine(4 + index, { event })),
    );
    expect(found.groups).toEqual([
      { name: "outer", first_line: 4, last_line: 7 },
      { name: "inner", first_line: 5, last_line: 6 },
    ]);
  });

  it("are left alone until all is counted", () => {
    const half = { ...SUMMARY, is_complete: false };
    expect(grown(half, [aLine(4)])).toBe(half);
  });

  it("name the worst level first, and an author's own last", () => {
    const levels = { info: 1, mine: 2, critical: 3, warning: 4 };
    expect(levelsOf({ ...SUMMARY, levels }).map(([level]) => level)).toEqual([
      "critical",
      "warning",
      "info",
      "mine",
    ]);
  });
});

it("a line may begin a group, or end one", () => {
  expect(groupMark({ event: "::group::Rows" })).toEqual({ kind: "group", name: "Rows" });
  expect(groupMark({ event: "::endgroup::" })).toEqual({ kind: "end" });
  expect(groupMark({ event: "a ::group::" })).toBeNull();
});

it("a filter takes lines of its levels and its sources", () => {
  const filter = { levels: ["error"], sources: ["task"] };
  expect(passes(filter, { level: "error", source: "task" })).toBe(true);
  expect(passes(filter, { level: "error", source: "stdout" })).toBe(false);
  expect(passes({ levels: [], sources: [] }, { level: "x", source: "y" })).toBe(true);
});

it("a filter comes back from the address as it went there", () => {
  expect(namesOf(textOf(["error", "warning"]))).toEqual(["error", "warning"]);
  expect([textOf([]), namesOf(undefined)]).toEqual([undefined, []]);
});

it("a download's address holds ids of every kind", () => {
  const log = { dagId: "매출", runId: "a/b +1", taskId: "t", mapIndex: 3, tryNumber: 2 };
  expect(downloadAddress(log, "text")).toBe(
    "/api/v2/dags/%EB%A7%A4%EC%B6%9C/dagRuns/a%2Fb%20%2B1/taskInstances/t/logs/2/download?map_index=3&format=text",
  );
});

describe("the next error", () => {
  const log = { dagId: "d", runId: "r", taskId: "t", mapIndex: -1, tryNumber: 1 };
  /** A search that goes through ten lines in a step, and has errors in these lines. */
  const find = (errors: number[]) =>
    vi.fn<typeof fetchFound>(async (_log, { fromLine }) => {
      const number = errors.find((line) => line >= fromLine && line < fromLine + 10);
      const match = { level: "error", source: "task", before: "", match: "", after: "" };
      return {
        matches: number === undefined ? [] : [{ ...match, number }],
        next_line: fromLine + 10 > 100 ? null : fromLine + 10,
        searched_bytes: 0,
        size_bytes: 0,
        has_ended: true,
      };
    });

  it("is looked for step by step", async () => {
    expect(await errorAfter(log, 5, find([3, 77]))).toBe(77);
  });

  it("is the first one again after the last", async () => {
    expect(await errorAfter(log, 77, find([3, 77]))).toBe(3);
  });

  it("may not exist", async () => {
    expect(await errorAfter(log, 5, find([]))).toBeNull();
  });
});
