import { describe, expect, it, vi } from "vitest";

import { fetchWindow, type LogPlace } from "./log";
import { LogStore } from "./store";
import { aLine, aWindow } from "./testing";

const LOG = { dagId: "d", runId: "r", taskId: "t", mapIndex: -1, tryNumber: 1 };
const ALL = { levels: [], sources: [] };

/** A server with a log of so many lines. */
function server(total: number, wordsMax = 2_000) {
  return vi.fn<typeof fetchWindow>(async (_log, _filter, place: LogPlace, limit) => {
    const position =
      "position" in place ? place.position : "line" in place ? place.line - 1 : total - limit;
    const first = Math.max(0, position);
    return aWindow(first, Math.min(limit, wordsMax, total - first), total);
  });
}

describe("a log that is open", () => {
  it("has its end at once, and the middle when it is wanted", async () => {
    const fetch = server(1_000_000);
    const store = new LogStore(LOG, ALL, fetch);
    await store.open({ from_end: true });
    expect(store.line(999_999)?.number).toBe(1_000_000);
    expect(store.line(500_000)).toBeUndefined();
    store.want(499_990, 500_010);
    await vi.waitFor(() => expect(store.line(500_009)?.number).toBe(500_010));
    expect(fetch).toHaveBeenCalledTimes(3);
  });

  it("asks for nothing twice", async () => {
    const fetch = server(10_000);
    const store = new LogStore(LOG, ALL, fetch);
    await store.open({ position: 0 });
    store.want(5_000, 5_050);
    store.want(5_000, 5_060);
    await vi.waitFor(() => expect(store.line(5_050)).toBeDefined());
    store.want(5_000, 5_050);
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it("goes on where a window of long lines has stopped", async () => {
    const store = new LogStore(LOG, ALL, server(1_000, 30));
    await store.open({ position: 0 });
    store.want(0, 50);
    await vi.waitFor(() => expect(store.line(49)).toBeDefined());
  });

  it("keeps no more than it needs", async () => {
    const store = new LogStore(LOG, ALL, server(1_000_000));
    await store.open({ position: 0 });
    for (let at = 0; at < 40_000; at += 200) {
      store.want(at, at + 200);
      await vi.waitFor(() => expect(store.line(at + 199)).toBeDefined(), { interval: 1 });
    }
    expect(store.line(0)).toBeUndefined();
  });

  it("guesses places until it is counted, and then shows the same end", async () => {
    let calls = 0;
    const counted = server(1_000);
    const store = new LogStore(LOG, ALL, async (...asked) => {
      calls += 1;
      if (calls > 3) return counted(...asked);
      return { ...aWindow(1_100, 100, 1_200), is_exact: false };
    });
    await store.open({ from_end: true });
    expect([store.total, store.isExact]).toEqual([1_200, false]);
    store.want(1_150, 1_200);
    await vi.waitFor(() => expect(store.isExact).toBe(true));
    expect([store.total, store.epoch, store.line(999)?.number]).toEqual([1_000, 1, 1_000]);
  });

  it("says why lines are missing, and lets them be asked for again", async () => {
    const good = server(1_000);
    let isDown = false;
    const store = new LogStore(LOG, ALL, async (...asked) => {
      if (isDown) throw new Error("gone");
      return good(...asked);
    });
    await store.open({ position: 0 });
    isDown = true;
    store.want(800, 810);
    await vi.waitFor(() => expect(store.problem?.message).toBe("gone"));
    isDown = false;
    store.want(800, 810);
    await vi.waitFor(() => expect(store.line(805)).toBeDefined());
    expect(store.problem).toBeNull();
  });
});

describe("lines that have just been written", () => {
  it("come after the others, each once", async () => {
    const store = new LogStore(LOG, ALL, server(10));
    await store.open({ position: 0 });
    store.append([aLine(10), aLine(11)]);
    store.append([aLine(11), aLine(12)]);
    expect([store.total, store.line(11)?.number]).toEqual([12, 12]);
  });

  it("are shown only if they pass the filter", async () => {
    const store = new LogStore(LOG, { levels: ["error"], sources: [] }, async () => ({
      ...aWindow(0, 0, 0),
      lines_total: 10,
    }));
    await store.open({ position: 0 });
    store.append([aLine(11), aLine(12, { level: "error" })]);
    expect([store.total, store.linesTotal, store.line(0)?.number]).toEqual([1, 12, 12]);
  });

  it("are of nobody's interest once it is closed", async () => {
    const store = new LogStore(LOG, ALL, server(10));
    await store.open({ position: 0 });
    const told = vi.fn<() => void>();
    store.subscribe(told);
    store.close();
    store.append([aLine(11)]);
    expect(told).not.toHaveBeenCalled();
  });
});
