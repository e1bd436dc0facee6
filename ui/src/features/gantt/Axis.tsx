import { dateOnly, timeOnly } from "../../lib/time";
import { ticks } from "../../lib/ticks";
import { useZone } from "../../lib/zone";
import { place, type Span } from "./bars";

const DAY_MS = 86_400_000;
const COUNT = 7;

interface AxisProps {
  span: Span;
  /** Where wheel and drag are taken. */
  track: React.RefObject<HTMLDivElement | null>;
}

/** The times above the bars, by the page's clock. */
export function Axis({ span, track }: AxisProps) {
  const { zone } = useZone();
  const found = ticks(span.from, span.until, zone, COUNT);
  const words = (at: number) => {
    if (found.step >= DAY_MS) return dateOnly(at, zone).slice(5);
    if (found.step >= 1_000) return timeOnly(at, zone);
    return `${timeOnly(at, zone).slice(3)}.${String(at % 1000).padStart(3, "0")}`;
  };
  return (
    <div className="gantt-axis">
      <div className="gantt-name">{dateOnly(span.from, zone)}</div>
      <div className="gantt-track" ref={track}>
        {found.at.map((at) => (
          <span key={at} className="gantt-tick time" style={{ left: `${place(at, span)}%` }}>
            {words(at)}
          </span>
        ))}
      </div>
    </div>
  );
}
