import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { paced } from "./pace";

const TOOK_MS = 100;

function question() {
  const asked: number[] = [];
  const ask = paced(
    async () => {
      asked.push(Date.now());
      await new Promise((done) => {
        setTimeout(done, TOOK_MS);
      });
    },
    { share: 0.1, waitMaxMs: 600, now: () => Date.now() },
  );
  return { ask, asked };
}

describe("a paced question", () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000 }));
  afterEach(() => void vi.useRealTimers());

  it("is asked at once the first time, and then no more often than it may", async () => {
    const { ask, asked } = question();
    const never = new AbortController().signal;
    void ask(never);
    await vi.advanceTimersByTimeAsync(TOOK_MS);
    void ask(never);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toEqual([1_000, 1_000 + TOOK_MS + 600]);
  });

  it("is not asked by who gives up while it waits", async () => {
    const { ask, asked } = question();
    void ask(new AbortController().signal);
    await vi.advanceTimersByTimeAsync(TOOK_MS);
    const gaveUp = new AbortController();
    const outcome = ask(gaveUp.signal).catch(() => "gave up");
    gaveUp.abort();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await outcome).toBe("gave up");
    expect(asked).toHaveLength(1);
  });
});
