import { expect, it } from "vitest";

import { filterCount, instancesQuery, runsQuery, withoutFilters } from "./query";

it("asks for the latest runs first unless told otherwise", () => {
  expect(runsQuery({}, null)).toEqual({ limit: 100, order_by: ["-logical_date"] });
  expect(runsQuery({ sort: "duration" }, null).order_by).toEqual(["duration"]);
  expect(runsQuery({ sort: "-odd" }, null).order_by).toEqual(["-logical_date"]);
});

it("leaves out of a link what the API does not know", () => {
  const search = { state: ["failed", "odd"], run_type: ["odd"], from: "yesterday" };
  expect(runsQuery(search, "sales")).toEqual({
    limit: 100,
    order_by: ["-logical_date"],
    state: ["failed"],
  });
});

it("names the DAG by the path where there is one, else by a part of its id", () => {
  expect(runsQuery({ dag_id: "sal" }, null)).toMatchObject({ dag_id_pattern: "sal" });
  expect(runsQuery({ dag_id: "sal" }, "sales")).not.toHaveProperty("dag_id_pattern");
  expect(instancesQuery({ run_id: "r" }, "r1")).not.toHaveProperty("run_id_pattern");
});

it("filters instances by every field", () => {
  const search = {
    ...{ task_id: "load", pool: "etl", queue: "big", operator: "BashOperator" },
    ...{ state: ["none"], from: "2026-03-01T00:00:00Z", until: "2026-03-02T00:00:00+09:00" },
  };
  expect(instancesQuery(search, null)).toEqual({
    limit: 100,
    task_display_name_pattern: "load",
    ...{ pool: ["etl"], queue: ["big"], operator: ["BashOperator"], state: ["none"] },
    run_after_gte: "2026-03-01T00:00:00.000Z",
    run_after_lt: "2026-03-01T15:00:00.000Z",
  });
});

it("counts and takes away filters, and keeps the order", () => {
  const search = { dag_id: "a", state: ["failed"], sort: "-state" };
  expect(filterCount(search)).toBe(2);
  expect(withoutFilters(search)).toEqual({ sort: "-state" });
});
