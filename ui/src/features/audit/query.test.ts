import { expect, it } from "vitest";

import { auditQuery, filterCount, joined, names, withoutFilters } from "./query";

it("asks for the latest first unless the address names a column", () => {
  expect(auditQuery({}, null).order_by).toEqual(["-when"]);
  expect(auditQuery({ sort: "event" }, null).order_by).toEqual(["event"]);
  expect(auditQuery({ sort: "password" }, null).order_by).toEqual(["-when"]);
});

it("asks for a part of the DAG's name, unless it is on a DAG's page", () => {
  expect(auditQuery({ dag_id: "sal" }, null)).toMatchObject({ dag_id_pattern: "sal" });
  const ofDag = auditQuery({ dag_id: "sal" }, "sales");
  expect(ofDag.dag_id).toBe("sales");
  expect(ofDag.dag_id_pattern).toBeUndefined();
});

it("takes events in and leaves events out", () => {
  const query = auditQuery({ event: "trigger, clear,trigger", excluded: "login" }, null);
  expect(query.included_events).toEqual(["trigger", "clear"]);
  expect(query.excluded_events).toEqual(["login"]);
});

it("leaves out moments that are none", () => {
  const query = auditQuery({ from: "yesterday", until: "2026-03-02T00:00:00Z" }, null);
  expect(query.after).toBeUndefined();
  expect(query.before).toBe("2026-03-02T00:00:00.000Z");
});

it("writes names as one text, and nothing for none", () => {
  expect(joined(["a", "b"])).toBe("a,b");
  expect(joined([])).toBeUndefined();
  expect(names(undefined)).toEqual([]);
});

it("counts filters, and takes them away without the rest", () => {
  const search = { event: "trigger", user: "kim", sort: "event" };
  expect(filterCount(search)).toBe(2);
  expect(withoutFilters(search)).toEqual({ sort: "event" });
});
