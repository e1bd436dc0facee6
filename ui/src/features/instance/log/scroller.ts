/** Keeps a block of rows under a scroll bar; see `scroll.ts`. Works on elements, not on React. */

import {
  around,
  extended,
  heightOf,
  ROW_PX,
  scrollFor,
  spotAt,
  type Range,
  type Spot,
} from "./scroll";

/** A scroll bar is put right when nobody has moved it for so long. */
const IDLE_MS = 250;
const AT_END_PX = 6;

interface Told {
  /** The rows that shall exist from now on. */
  onRange: (range: Range) => void;
  /** The same at once, as nothing is seen until then; the end is followed no more. */
  onJump: (range: Range) => void;
  onFollow: (isFollowing: boolean) => void;
  /** The row at the upper edge has changed. */
  onTop: (row: number) => void;
}

export type Align = "start" | "center" | "end";

const NOBODY: Told = {
  onRange: () => undefined,
  onJump: () => undefined,
  onFollow: () => undefined,
  onTop: () => undefined,
};

export class Scroller {
  private tell = NOBODY;
  private frame: HTMLElement | null = null;
  private content: HTMLElement | null = null;
  private block: HTMLElement | null = null;
  private range: Range = { first: 0, last: 0 };
  private count = 0;
  private top = 0;
  private spot: Spot | null = null;
  private isFollowing = false;
  private isAimed = false;
  private lastPx = 0;
  /** Where the scroll bar was when `spot` was remembered. */
  private spotPx = 0;
  private ownPx: number | null = null;
  private pending: number | null = null;
  private idle: ReturnType<typeof setTimeout> | undefined;
  listen(told: Told): void {
    this.tell = told;
  }

  attach(frame: HTMLElement, content: HTMLElement, block: HTMLElement): () => void {
    [this.frame, this.content, this.block] = [frame, content, block];
    const onScroll = () => this.scrolled();
    frame.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      frame.removeEventListener("scroll", onScroll);
      clearTimeout(this.idle);
    };
  }

  /** Shows a row; the block is made around it. */
  goTo(row: number, align: Align): void {
    if (!this.frame) return;
    const view = this.frame.clientHeight;
    const y = { start: 0, center: Math.max(0, view / 3), end: view - ROW_PX }[align];
    const wanted = Math.max(0, Math.min(row, this.count - 1));
    this.spot = { row: wanted, y };
    this.spotPx = this.frame.scrollTop;
    this.isAimed = true;
    this.tell.onRange(around(wanted, this.count, view));
  }

  /** To be called after each drawing, before the browser shows it. */
  settle(range: Range, count: number, isFollowing: boolean): void {
    [this.range, this.count, this.isFollowing] = [range, count, isFollowing];
    if (!this.frame || !this.block || !this.content) return;
    if (range.last > count) {
      this.tell.onRange(around(Math.max(0, count - 1), count, this.view));
      return;
    }
    if (isFollowing) {
      this.pin();
      return;
    }
    this.hold();
    // A jump that is still to be told: what exists now is not what will be seen.
    if (this.pending === null && this.isAway(this.frame.scrollTop)) return;
    this.bound();
    this.resize();
    this.remember();
    this.extend();
  }

  private get view(): number {
    return this.frame?.clientHeight ?? 0;
  }

  private get blockPx(): number {
    return this.block?.offsetHeight ?? 0;
  }

  /** The last row stays at the lower edge. */
  private pin(): void {
    // Somebody has just scrolled up: their event is still to come.
    const isLeft = (this.frame?.scrollTop ?? 0) < this.lastPx - 1;
    if (isLeft || this.hasSelection()) {
      this.tell.onFollow(false);
      return;
    }
    if (this.range.last < this.count || this.blockPx < this.view) {
      const wanted = around(this.count, this.count, this.view);
      if (wanted.first !== this.range.first || wanted.last !== this.range.last) {
        this.tell.onRange(wanted);
        return;
      }
    }
    this.top = this.range.first === 0 ? 0 : Math.max(0, heightOf(this.count) - this.blockPx);
    this.resize();
    this.moveTo(this.top + this.blockPx - this.view);
    this.remember();
  }

  private hasSelection(): boolean {
    const selection = document.getSelection();
    if (!selection || selection.isCollapsed || !selection.anchorNode) return false;
    return this.block?.contains(selection.anchorNode) ?? false;
  }

  /** The row that was remembered stays where it was, whatever has come or gone around it. */
  private hold(): void {
    const row = this.spot && this.rowAt(this.spot.row);
    if (!this.spot || !row || !this.frame) return;
    // What was scrolled since then, and not told yet, moves the row along.
    this.spot.y -= this.frame.scrollTop - this.spotPx;
    this.spotPx = this.frame.scrollTop;
    this.top += this.spot.y - (row.offsetTop + this.top - this.frame.scrollTop);
    if (this.isAimed) {
      this.isAimed = false;
      const px = scrollFor(this.spot.row, this.count, this.view);
      this.shift(px - this.frame.scrollTop);
    }
  }

  /** The first row is at the very top, and no other one is. */
  private bound(): void {
    if (!this.frame) return;
    if (this.range.first === 0) this.shift(-this.top);
    else if (this.top < 0) {
      const row = this.spot?.row ?? this.range.first;
      this.shift(scrollFor(row, this.count, this.view) - this.frame.scrollTop);
      if (this.top < 0) this.shift(-this.top);
    }
  }

  private resize(): void {
    if (!this.content || !this.block) return;
    const end = this.top + this.blockPx;
    const isEnd = this.range.last >= this.count;
    const height = isEnd ? end : Math.max(heightOf(this.count), end + this.view);
    this.content.style.height = `${Math.max(height, 1)}px`;
    this.block.style.transform = `translateY(${this.top}px)`;
    if (this.pending !== null) {
      this.moveTo(this.pending);
      this.pending = null;
    }
  }

  /** Moves block and scroll bar together: what is seen stays. */
  private shift(px: number): void {
    if (px === 0 || !this.frame) return;
    this.top += px;
    this.pending = (this.pending ?? this.frame.scrollTop) + px;
  }

  private moveTo(px: number): void {
    if (!this.frame) return;
    this.frame.scrollTop = px;
    this.ownPx = this.frame.scrollTop;
    this.lastPx = this.ownPx;
    this.spotPx = this.ownPx;
  }

  private scrolled(): void {
    if (!this.frame) return;
    const px = this.frame.scrollTop;
    const isOwn = this.ownPx !== null && Math.abs(px - this.ownPx) < 1;
    const wasUp = px < this.lastPx - 1;
    this.ownPx = null;
    this.lastPx = px;
    const isAway = this.isAway(px);
    if (isOwn && !isAway) return;
    if (this.isFollowing && wasUp) this.tell.onFollow(false);
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.rest(), IDLE_MS);
    if (isAway) this.jump(px);
    else {
      this.remember();
      this.extend();
    }
    const isEnd = this.range.last >= this.count && px + this.view >= this.endPx - AT_END_PX;
    if (isEnd && !wasUp && !this.isFollowing) this.tell.onFollow(true);
  }

  /** Nothing of the block is seen there. */
  private isAway(px: number): boolean {
    return px + this.view <= this.top || px >= this.endPx;
  }

  private get endPx(): number {
    return this.top + this.blockPx;
  }

  private jump(px: number): void {
    const height = this.content?.offsetHeight ?? 0;
    this.spot = spotAt(px, height, this.view, this.count);
    this.spotPx = px;
    this.tell.onJump(around(this.spot.row, this.count, this.view));
  }

  /** Nobody scrolls any more: the scroll bar shows again where one is. */
  private rest(): void {
    if (!this.frame || !this.spot || this.isFollowing) return;
    if (this.range.first === 0 || this.range.last >= this.count) return;
    const wanted = scrollFor(this.spot.row, this.count, this.view);
    if (Math.abs(wanted - this.frame.scrollTop) < this.view * 4) return;
    this.shift(wanted - this.frame.scrollTop);
    this.resize();
  }

  private remember(): void {
    if (!this.frame) return;
    const px = this.frame.scrollTop;
    const row = this.rowFrom(px);
    const element = this.rowAt(row);
    if (!element) return;
    this.spot = { row, y: element.offsetTop + this.top - px };
    this.spotPx = px;
    this.tell.onTop(row);
  }

  private extend(): void {
    if (!this.frame || !this.spot) return;
    const seen = { first: this.spot.row, last: this.rowFrom(this.frame.scrollTop + this.view) + 1 };
    const wanted = extended(this.range, seen, this.count, this.view);
    if (wanted !== this.range) this.tell.onRange(wanted);
  }

  private rowAt(row: number): HTMLElement | null {
    const found = this.block?.children[row - this.range.first];
    return found instanceof HTMLElement ? found : null;
  }

  /** The row that lies under a place of the scroll bar. */
  private rowFrom(px: number): number {
    let [low, high] = [this.range.first, Math.max(this.range.first, this.range.last - 1)];
    while (low < high) {
      const middle = (low + high) >> 1;
      const element = this.rowAt(middle);
      if (!element) return low;
      if (element.offsetTop + element.offsetHeight + this.top > px) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
