/** uPlot in React: lines over runs, in the colours of the page. */

import { useMantineColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { dateTime, duration } from "../../lib/time";
import { useZone } from "../../lib/zone";

export interface Line {
  label: string;
  values: (number | null)[];
  /** A CSS colour. */
  colour: string;
  dash?: number[];
}

interface PlotProps {
  label: string;
  /** Seconds since 1970. */
  at: number[];
  lines: readonly Line[];
  onPick?: (index: number) => void;
}

const HEIGHT = 260;

function resolved(colour: string, place: HTMLElement): string {
  place.style.color = colour;
  const found = getComputedStyle(place).color;
  place.style.color = "";
  return found;
}

function options(
  props: Pick<PlotProps, "at" | "lines">,
  place: HTMLElement,
  zone: string,
): uPlot.Options {
  // Read anew for each colour scheme, which the caller counts among what a plot depends on.
  const words = resolved("var(--mantine-color-dimmed)", place);
  const line = resolved("var(--mantine-color-default-border)", place);
  const axis = { stroke: words, grid: { stroke: line, width: 1 }, ticks: { stroke: line } };
  return {
    width: place.clientWidth,
    height: HEIGHT,
    scales: { x: { time: false }, y: { range: (_, __, high) => [0, (high || 1) * 1.08] } },
    axes: [
      {
        ...axis,
        space: 90,
        values: (_, marks) =>
          marks.map((mark) => {
            const at = props.at[mark];
            return at === undefined ? "" : dateTime(at * 1000, zone).slice(5, 16);
          }),
      },
      { ...axis, size: 96, values: (_, marks) => marks.map((mark) => duration(mark)) },
    ],
    series: [
      {
        value: (_, index) => {
          const at = props.at[index];
          return at === undefined ? "" : dateTime(at * 1000, zone);
        },
      },
      ...props.lines.map((each) => ({
        label: each.label,
        stroke: resolved(each.colour, place),
        width: 2,
        dash: each.dash ?? [],
        spanGaps: true,
        points: { show: props.at.length < 60, size: 5 },
        value: (_: uPlot, seconds: number | null) => (seconds === null ? "–" : duration(seconds)),
      })),
    ],
  };
}

export function Plot(props: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const { zone } = useZone();
  const { colorScheme } = useMantineColorScheme();
  const { label, at, lines, onPick } = props;
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    element.dataset.scheme = colorScheme;
    const indexes = at.map((_, index) => index);
    const plot = new uPlot(
      options({ at, lines }, element, zone),
      [indexes, ...lines.map((line) => line.values)] as uPlot.AlignedData,
      element,
    );
    const click = () => {
      const index = plot.cursor.idx;
      if (onPick && typeof index === "number") onPick(index);
    };
    plot.over.addEventListener("click", click);
    const watch = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [at, lines, zone, onPick, colorScheme]);
  return <div ref={place} className="plot" role="img" aria-label={label} />;
}
