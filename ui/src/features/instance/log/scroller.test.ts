import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { around, ROW_PX, type Range } from "./scroll";
import { Scroller } from "./scroller";

const VIEW = 500;
const COUNT = 1_000_000;

/** A browser that lays rows out, each of one line. */
function browser() {
  const [frame, content, block] = [0, 1, 2].map(() => document.createElement("div"));
  if (!frame || !content || !block) throw new Error("no elements");
  let px = 0;
  const heightOf = (element: HTMLElement) => Number.parseFloat(element.style.height || "0");
  Object.defineProperty(frame, "clientHeight", { value: VIEW });
  Object.defineProperty(frame, "scrollTop", {
    get: () => px,
    set: (to: number) => (px = Math.max(0, Math.min(to, heightOf(content) - VIEW))),
  });
  Object.defineProperty(content, "offsetHeight", { get: () => heightOf(content) });
  Object.defineProperty(block, "offsetHeight", { get: () => block.children.length * ROW_PX });
  const draw = ({ first, last }: Range) => {
    block.replaceChildren(
      ...Array.from({ length: last - first }, (_, index) => {
        const row = document.createElement("div");
        Object.defineProperty(row, "offsetTop", { value: index * ROW_PX });
        Object.defineProperty(row, "offsetHeight", { value: ROW_PX });
        return row;
      }),
    );
  };
  return { frame, content, block, draw };
}

describe("a long log that is scrolled", () => {
  const page = browser();
  let scroller = new Scroller();
  let range: Range = { first: 0, last: 0 };
  let top = 0;
  let detach = (): void => undefined;
  const onRange = vi.fn<(wanted: Range) => void>();
  const onFollow = vi.fn<(is: boolean) => void>();
  const settle = (isFollowing = false) => {
    page.draw(range);
    scroller.settle(range, COUNT, isFollowing);
  };
  const take = (wanted: Range) => {
    range = wanted;
    settle();
  };
  const scrollTo = (px: number) => {
    page.frame.scrollTop = px;
    page.frame.dispatchEvent(new Event("scroll"));
  };
  beforeEach(() => {
    vi.resetAllMocks();
    onRange.mockImplementation(take);
    page.frame.scrollTop = 0;
    scroller = new Scroller();
    scroller.listen({ onRange, onJump: take, onFollow, onTop: (row) => (top = row) });
    detach = scroller.attach(page.frame, page.content, page.block);
    take(around(0, COUNT, VIEW));
  });

  afterEach(() => detach());

  it("shows the first line at the top and the last at the bottom", () => {
    expect(top).toBe(0);
    scrollTo(Number.MAX_SAFE_INTEGER);
    expect([range.last, top]).toEqual([COUNT, COUNT - VIEW / ROW_PX]);
    scrollTo(0);
    expect([range.first, top]).toEqual([0, 0]);
  });

  it("moves line by line in little steps, also where a pixel of the bar is many lines", () => {
    scrollTo(3_000_000);
    const before = top;
    for (let step = 1; step <= 100; step += 1) scrollTo(3_000_000 + step * 100);
    expect(top - before).toBeGreaterThanOrEqual(499);
    expect(top - before).toBeLessThanOrEqual(501);
  });

  it("comes to the very first line from anywhere", () => {
    scroller.goTo(400, "start");
    expect(top).toBe(400);
    for (let step = 0; step < 100 && page.frame.scrollTop > 0; step += 1) {
      scrollTo(page.frame.scrollTop - 200);
    }
    expect([top, page.frame.scrollTop]).toEqual([0, 0]);
  });

  it("goes to the line that is asked for", () => {
    scroller.goTo(765_432, "start");
    expect(top).toBe(765_432);
  });

  it("does not run after a jump that nobody has told it of yet", () => {
    scrollTo(1_000_000);
    onRange.mockClear();
    page.frame.scrollTop = 5_000_000;
    settle();
    expect(onRange).not.toHaveBeenCalled();
    page.frame.dispatchEvent(new Event("scroll"));
    expect(top).toBeGreaterThan(700_000);
  });

  it("keeps a little step that nobody has told it of yet", () => {
    scrollTo(100);
    page.frame.scrollTop = 160;
    settle();
    expect(page.frame.scrollTop).toBe(160);
  });

  it("leaves the end when somebody scrolls up", () => {
    range = around(COUNT, COUNT, VIEW);
    settle(true);
    expect(top).toBe(COUNT - VIEW / ROW_PX);
    scrollTo(page.frame.scrollTop - 100);
    expect(onFollow).toHaveBeenCalledWith(false);
  });
});
