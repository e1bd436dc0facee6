import { describe, expect, it } from "vitest";

import { findDags, namesIn, sortDags } from "./filter";
import { dagRow, dagRows, withChange, type DagTable } from "./rows";

type Raw = DagTable["rows"][number];

const PLAIN: Raw = [
  ...(["etl", "etl", null, ["airflow"], [], 0, 0, 0] as const),
  ...(["0 0 * * *", { type: "cron_interval" } as never, "UTC", 10] as const),
  ...([null, null, null, null, null, 0, 0, 16, "etl.py"] as const),
] as unknown as Raw;

/** A DAG with some columns changed. */
function dag(id: string, columns: Partial<Record<number, unknown>> = {}): Raw {
  const raw: unknown[] = [...PLAIN];
  raw[0] = id;
  raw[1] = id;
  for (const [column, value] of Object.entries(columns)) raw[Number(column)] = value;
  return raw as Raw;
}

const SALES = dag("sales_daily", { 2: "Loads orders", 3: ["kim"], 4: ["sales", "prod"] });
const KOREAN = dag("example_korean", { 1: "예제: 아침 준비", 3: ["예제"], 4: ["한국어"], 5: 1 });
const FAILED = dag("report", { 12: "r1", 13: "failed", 14: 500, 17: 2, 7: 1 });
const ROWS = [SALES, KOREAN, FAILED].map(dagRow);

const ids = (rows: readonly { id: string }[]) => rows.map((row) => row.id);

describe("a search", () => {
  it.each([
    ["sales", ["sales_daily"]],
    ["ORDERS", ["sales_daily"]],
    ["prod kim", ["sales_daily"]],
    ["prod lee", []],
    ["아침", ["example_korean"]],
    ["아침".normalize("NFD"), ["example_korean"]],
    ["", ["sales_daily", "example_korean", "report"]],
  ])("for %j looks at ids, names, tags, owners and descriptions", (q, expected) => {
    expect(ids(findDags(ROWS, { q }).rows)).toEqual(expected);
  });

  it("does not match across two texts", () => {
    expect(findDags(ROWS, { q: "dailysales" }).rows).toEqual([]);
  });

  it.each([
    [{ status: "paused" }, ["example_korean"]],
    [{ status: "active" }, ["sales_daily", "report"]],
    [{ state: "failed" }, ["report"]],
    [{ state: "running" }, ["report"]],
    [{ tags: ["sales", "prod"] }, ["sales_daily"]],
    [{ tags: ["sales", "한국어"] }, []],
    [{ owners: ["kim", "예제"] }, ["sales_daily", "example_korean"]],
    [{ favourite: true }, ["report"]],
    [{ status: "no such status", state: "nor state" }, ["sales_daily", "example_korean", "report"]],
  ])("with %j", (filter, expected) => {
    expect(ids(findDags(ROWS, filter).rows)).toEqual(expected);
  });

  it("counts what each status and condition would show beside the rest of the filter", () => {
    const found = findDags(ROWS, { status: "active", state: "failed" });
    expect(found.statuses).toEqual({ all: 1, active: 1, paused: 0 });
    expect(found.conditions).toMatchObject({ failed: 1, running: 1, success: 0 });
  });
});

describe("the order", () => {
  const rows = [
    dag("b10", { 14: 5, 12: "r", 13: "success", 11: 30 }),
    dag("b9", { 14: 9, 12: "r", 13: "failed", 11: 20, 5: 1 }),
    dag("a", { 11: 40 }),
  ].map(dagRow);

  it.each([
    [undefined, ["a", "b9", "b10"]],
    ["-name", ["b10", "b9", "a"]],
    ["-latest", ["b9", "b10", "a"]],
    ["latest", ["b10", "b9", "a"]],
    ["next", ["b10", "a", "b9"]],
    ["state", ["b9", "b10", "a"]],
    ["unknown", ["a", "b9", "b10"]],
  ])("by %s", (sort, expected) => {
    expect(ids(sortDags(rows, sort))).toEqual(expected);
  });
});

it("tags and owners are named once each", () => {
  expect(namesIn(ROWS)).toEqual({
    tags: ["prod", "sales", "한국어"],
    owners: ["airflow", "kim", "예제"],
  });
});

it("rows that stay the same are the same objects in the next answer", () => {
  const table: DagTable = { rows: [SALES, KOREAN] };
  const before = dagRows(table);
  const after = dagRows(withChange(table, "example_korean", { isPaused: false }));
  expect(after[0]).toBe(before[0]);
  expect([before[1]?.isPaused, after[1]?.isPaused]).toEqual([true, false]);
});

it("10,000 DAGs are searched within a frame", () => {
  const many = Array.from({ length: 10_000 }, (_, n) =>
    dagRow(
      dag(`team_${n % 40}_pipeline_${n}`, {
        2: "Loads what the shop sold into the warehouse ".repeat(4),
        4: [`tag${n % 100}`, "prod"],
      }),
    ),
  );
  // The best of some: other programs run beside the test.
  const times = Array.from({ length: 8 }, () => {
    const began = performance.now();
    expect(findDags(many, { q: "team_7 pipeline_99" }).rows.length).toBeGreaterThan(0);
    return performance.now() - began;
  });
  expect(Math.min(...times)).toBeLessThan(16);
});
