import { describe, expect, it } from "vitest";

import type { Attempt, Instance, Sheet } from "./instance";
import {
  chosenTab,
  chosenTry,
  deltaSeconds,
  signalName,
  stateOf,
  tabsOf,
  triesOf,
  waitsByCode,
} from "./instance";
import { targetOf } from "./HoldLinks";
import { countsOf, rowsOf, shownRows, totalOf, type MappedAnswer } from "./mapped";
import { shownField } from "./RenderedTab";
import { sentence } from "./WhyTab";
import { typed } from "./xcom";

function attempt(try_number: number, more: Partial<Attempt> = {}): Attempt {
  return {
    id: `a${try_number}`,
    try_number,
    cause: "user_error",
    start_date: "2026-01-01T00:00:00Z",
    end_date: "2026-01-01T00:00:05Z",
    waits: [],
    ...more,
  } as Attempt;
}

const instance = (state: string | null, try_number: number) =>
  ({ state, try_number, map_index: -1 }) as Instance;

describe("tries", () => {
  it("come with the latest first, which is in the state of the instance", () => {
    const tries = triesOf([attempt(1), attempt(2)], instance("success", 2));
    expect(tries.map(({ number, state }) => [number, state])).toEqual([
      [2, "success"],
      [1, "failed"],
    ]);
  });

  it("keep their own state while the next one is waited for", () => {
    expect(triesOf([attempt(1)], instance("up_for_retry", 1))[0]?.state).toBe("failed");
    expect(triesOf([attempt(1)], instance("scheduled", 1))[0]?.state).toBe("failed");
  });

  it("may have several attempts, and last from the first to the last", () => {
    const parts = [
      attempt(1, { cause: "rescheduled" }),
      attempt(1, { id: "b", cause: "succeeded", end_date: "2026-01-01T01:00:00Z" }),
    ];
    const [one, ...others] = triesOf(parts, instance("success", 1));
    expect(others).toEqual([]);
    expect([one?.attempts.length, one?.startedAt, one?.endedAt]).toEqual([
      2,
      "2026-01-01T00:00:00Z",
      "2026-01-01T01:00:00Z",
    ]);
  });

  it("are chosen by the address, else the latest", () => {
    const tries = triesOf([attempt(1), attempt(2)], instance("failed", 2));
    expect(chosenTry(tries, 1)?.number).toBe(1);
    expect(chosenTry(tries, 9)?.number).toBe(2);
    expect(chosenTry([], 1)).toBeNull();
  });

  it.each([
    [null, null, "queued"],
    [null, "2026-01-01T00:00:00Z", "running"],
    ["rescheduled", "x", "up_for_reschedule"],
    ["out_of_memory", "x", "failed"],
  ])("that ended by %s, begun %s, are %s", (cause, start_date, state) => {
    expect(stateOf(attempt(1, { cause, start_date }))).toBe(state);
  });
});

describe("tabs", () => {
  const sheet = (map_index: number, doc: string | null) =>
    ({ instance: { map_index }, task: { is_mapped: map_index >= 0 }, doc }) as Sheet;

  it("are only those with something in them", () => {
    expect(tabsOf(sheet(-1, null))).not.toContain("mapped");
    expect(tabsOf(sheet(-1, null))).not.toContain("docs");
    expect(tabsOf(sheet(2, "x"))).toEqual(expect.arrayContaining(["mapped", "docs"]));
  });

  it("begin with the log of what has run, and the reason of what waits", () => {
    const tabs = tabsOf(sheet(-1, null));
    expect(chosenTab(tabs, undefined, true)).toBe("log");
    expect(chosenTab(tabs, "docs", false)).toBe("why");
    expect(chosenTab(tabs, "xcom", false)).toBe("xcom");
  });
});

describe("the instances of a mapped task", () => {
  const answer: MappedAnswer = {
    rows: [
      [0, "success", 1, 0, 1_000, 3_000, "Seoul", 0],
      [1, "failed", 2, 0, 1_000, 9_000, "부산", 1],
      [2, "running", 1, 0, 1_000, null, null, 0],
      [10, "none", 0, null, null, null, null, 0],
    ],
    counts: { success: 1, failed: 1, running: 1, none: 1 },
  };
  const rows = rowsOf(answer);
  const shown = (text: string, sort = "index", state: "failed" | null = null) =>
    shownRows(rows, { state, text, sort }, 4_000).map((row) => row.mapIndex);

  it("are found by a part of the label or the whole index", () => {
    expect([shown("seo"), shown("부"), shown("1"), shown("")]).toEqual([
      [0],
      [1],
      [1],
      [0, 1, 2, 10],
    ]);
  });

  it("are filtered by state", () => {
    expect(shown("", "index", "failed")).toEqual([1]);
  });

  it("are sorted by how long they ran, and run", () => {
    expect(shown("", "-duration")).toEqual([1, 2, 0, 10]);
  });

  it("are counted, what matters first", () => {
    expect(countsOf(answer)[0]).toEqual(["failed", 1]);
    expect(totalOf(answer)).toBe(4);
  });
});

it("what it waited for is summed by reason", () => {
  const wait = (code: string, seconds: number) => ({ code, since: "", until: "", seconds });
  expect(waitsByCode([wait("no_slot", 1), wait("pool_full", 5), wait("no_slot", 2)])).toEqual([
    ["pool_full", 5],
    ["no_slot", 3],
  ]);
});

it("links of holds lead to what has a page", () => {
  const none = { dag_id: null, run_id: null, task_id: null, map_index: null, name: null };
  expect(targetOf({ ...none, kind: "pool", name: "p" })?.search).toEqual({ q: "p" });
  expect(
    targetOf({ ...none, kind: "task", dag_id: "d", run_id: "r", task_id: "t", map_index: 3 }),
  ).toMatchObject({ params: { dagId: "d", runId: "r", taskId: "t" }, search: { map_index: 3 } });
  expect(targetOf({ ...none, kind: "run", dag_id: "d" })).toBeNull();
});

it("rendered fields are shown in their language", () => {
  const field = (value: unknown, language: string) => shownField({ name: "x", value, language });
  expect(field("select 1", "postgresql").language).toBe("sql");
  expect(field("x", "jinja").language).toBe("text");
  expect(field(["a"], "bash")).toEqual({ text: '[\n  "a"\n]', language: "json" });
});

it("small things are put into words", () => {
  expect([signalName(9), signalName(77)]).toEqual(["SIGKILL (9)", "77"]);
  expect(sentence("waits for a, b")).toBe("Waits for a, b.");
  expect(deltaSeconds({ __type: "TimeDelta", days: 1, seconds: 2, microseconds: 500_000 })).toBe(
    86_402.5,
  );
  expect(typed('{"a": 1}').value).toEqual({ a: 1 });
  expect(typed("{").problem).not.toBeNull();
});
