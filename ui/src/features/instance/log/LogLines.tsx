import { Box } from "@mantine/core";
import {
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type CSSProperties,
  type ReactNode,
  type Ref,
} from "react";
import { flushSync } from "react-dom";

import { around, type Range } from "./scroll";
import { Scroller, type Align } from "./scroller";

export interface LinesHandle {
  goTo: (row: number, align?: Align) => void;
  focus: () => void;
}

interface LogLinesProps {
  label: string;
  /** Of the longest line number. */
  digits: number;
  count: number;
  /** The row that is at the upper edge at first; the end if it is followed. */
  start: number;
  children: (place: number) => ReactNode;
  isFollowing: boolean;
  onFollow: (isFollowing: boolean) => void;
  onTop: (place: number) => void;
  /** These rows exist: what they show should be there. */
  onRange: (range: Range) => void;
  isWrapped: boolean;
  handle: Ref<LinesHandle>;
}

const FIRST_PX = 800;

/** Any number of rows, of which only those around the view exist; see `scroll.ts`. */
export function LogLines(props: LogLinesProps) {
  const { count, isFollowing, onRange, onFollow, onTop } = props;
  const frame = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const block = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState<Range>(() =>
    around(isFollowing ? count : props.start, count, FIRST_PX),
  );
  const [, redraw] = useState(0);
  const [scroller] = useState(() => new Scroller());
  useLayoutEffect(() => {
    scroller.listen({
      onRange: setRange,
      onJump: (wanted) =>
        flushSync(() => {
          onFollow(false);
          setRange(wanted);
        }),
      onFollow,
      onTop,
    });
  }, [scroller, onFollow, onTop]);
  useLayoutEffect(() => {
    const [outer, middle, inner] = [frame.current, content.current, block.current];
    if (!outer || !middle || !inner) return undefined;
    const detach = scroller.attach(outer, middle, inner);
    const observer = new ResizeObserver(() => redraw((times) => times + 1));
    observer.observe(outer);
    return () => {
      observer.disconnect();
      detach();
    };
  }, [scroller]);
  useLayoutEffect(() => {
    fill(frame.current);
    scroller.settle(range, count, isFollowing);
  });
  useEffect(() => onRange(range), [range, onRange]);
  const begin = useRef(isFollowing ? 0 : props.start);
  useLayoutEffect(() => {
    if (begin.current > 0) scroller.goTo(begin.current, "start");
  }, [scroller]);
  useImperativeHandle(props.handle, () => ({
    goTo: (row, align = "center") => scroller.goTo(row, align),
    focus: () => frame.current?.focus({ preventScroll: true }),
  }));
  const last = Math.min(range.last, count);
  const places = Array.from({ length: Math.max(0, last - range.first) }, (_, n) => range.first + n);
  return (
    <Box
      ref={frame}
      className="log-frame"
      tabIndex={0}
      role="region"
      aria-label={props.label}
      data-wrapped={props.isWrapped}
      data-following={isFollowing}
      style={{ "--digits": Math.max(3, props.digits) } as CSSProperties}
    >
      <div ref={content} className="log-content">
        <div ref={block} className="log-block">
          {places.map((place) => props.children(place))}
        </div>
      </div>
    </Box>
  );
}

/** The page is filled to its lower edge, without scrolling by itself. */
function fill(frame: HTMLElement | null): void {
  if (!frame) return;
  const top = Math.round(frame.getBoundingClientRect().top + window.scrollY);
  if (frame.style.getPropertyValue("--log-top") !== `${top}px`) {
    frame.style.setProperty("--log-top", `${top}px`);
  }
}
