import { expect, it } from "vitest";

import { instanceName, poolPercent, poolsByUse, type PoolUse } from "./home";

function pool(name: string, slots: number, busy: number, scheduled = 0): PoolUse {
  const open = slots < 0 ? -1 : slots - busy;
  return { name, slots, running: busy, queued: 0, scheduled, deferred: 0, open };
}

it("a pool without limit has no percentage, and one without slots is full once it is used", () => {
  expect(poolPercent(pool("free", -1, 500), 500)).toBeNull();
  expect(poolPercent(pool("none", 0, 0), 0)).toBe(0);
  expect(poolPercent(pool("none", 0, 1), 1)).toBe(100);
  expect(poolPercent(pool("over", 2, 5), 5)).toBe(100);
  expect(poolPercent(pool("half", 4, 2), 2)).toBe(50);
});

it("full pools come first, and of these the ones that somebody waits for", () => {
  const pools = [pool("b", 10, 1), pool("full", 2, 2), pool("awaited", 2, 2, 7), pool("a", 10, 1)];
  expect(poolsByUse(pools).map(({ name }) => name)).toEqual(["awaited", "full", "a", "b"]);
});

it("a mapped instance says which it is", () => {
  expect([instanceName("load", -1), instanceName("load", 3)]).toEqual(["load", "load [3]"]);
});
