import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";

import { hasHidden } from "./conf";
import { instanceKey, instanceName, refreshRuns, runKey } from "./refs";

it("gives each run and instance a key of its own", () => {
  expect(runKey({ dagId: "a", runId: "b" })).not.toBe(runKey({ dagId: 'a","b', runId: "" }));
  const one = { dagId: "a", runId: "b", taskId: "c", mapIndex: -1 };
  expect(instanceKey(one)).not.toBe(instanceKey({ ...one, mapIndex: 0 }));
  expect([instanceName("sell", -1), instanceName("sell", 3)]).toEqual(["sell", "sell [3]"]);
});

it("makes stale what shows the runs of the DAG, and nothing else", async () => {
  const client = new QueryClient();
  const put = (dag: string, live: string[]) => {
    const queryKey = ["/x", { params: { path: { dag_id: dag } } }, live.join()];
    client.getQueryCache().build(client, { queryKey, meta: { live } }).setData(1);
    return () => client.getQueryState(queryKey)?.isInvalidated;
  };
  const [own, every, other, pools] = [
    put("sales", ["run"]),
    put("~", ["task_instances"]),
    put("hr", ["run"]),
    put("sales", ["pools"]),
  ];
  await refreshRuns(client, [{ dagId: "sales", runId: "r1" }]);
  expect([own(), every(), other(), pools()]).toEqual([true, true, false, false]);
});

it("sees hidden values at any depth", () => {
  expect(hasHidden({ a: [{ password: "***" }] })).toBe(true);
  expect(hasHidden({ a: [1, null, "plain", { b: {} }] })).toBe(false);
});
