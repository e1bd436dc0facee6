import { describe, expect, it } from "vitest";

import { batched } from "./batch";

function upper() {
  const asked: string[][] = [];
  const ask = batched<string>({
    load: (keys) => {
      asked.push([...keys]);
      const known = keys.filter((key) => key !== "gone");
      return Promise.resolve(new Map(known.map((key) => [key, key.toUpperCase()])));
    },
    keysMax: 2,
    waitMs: 5,
  });
  return { ask, asked };
}

describe("a batch", () => {
  it("asks once for what is asked together, in parts of the allowed size", async () => {
    const { ask, asked } = upper();
    expect(await Promise.all([ask("a"), ask("b"), ask("c")])).toEqual(["A", "B", "C"]);
    expect(asked).toEqual([["a", "b"], ["c"]]);
  });

  it("answers null for what does not exist", async () => {
    expect(await upper().ask("gone")).toBeNull();
  });

  it("does not ask for what nobody wants any more", async () => {
    const { ask, asked } = upper();
    const gaveUp = new AbortController();
    const first = ask("a", gaveUp.signal).catch(() => "gave up");
    const second = ask("b");
    gaveUp.abort();
    expect(await first).toBe("gave up");
    expect(await second).toBe("B");
    expect(asked).toEqual([["b"]]);
  });

  it("hands a failure to all who have asked", async () => {
    const ask = batched<string>({
      load: () => Promise.reject(new Error("down")),
      keysMax: 5,
      waitMs: 1,
    });
    const outcomes = await Promise.allSettled([ask("a"), ask("b")]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(["rejected", "rejected"]);
  });
});
