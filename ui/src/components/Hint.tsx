/** Words that appear beside what is pointed at or focused. Nothing is made of them until then, so
    that lists with hundreds of them stay quick. */

import { Tooltip } from "@mantine/core";
import { useEffect, useRef, useState, type CSSProperties, type ReactNode } from "react";

const DELAY_MS = 250;

interface HintProps {
  /** Made when it is shown; nothing is shown without words. */
  label: ReactNode | (() => ReactNode);
  children: ReactNode;
  className?: string;
  style?: CSSProperties;
}

export function Hint({ label, children, className, style }: HintProps) {
  const place = useRef<HTMLSpanElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [isShown, setShown] = useState(false);
  useEffect(() => () => clearTimeout(timer.current), []);
  const come = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setShown(true), DELAY_MS);
  };
  const go = () => {
    clearTimeout(timer.current);
    setShown(false);
  };
  return (
    <span
      ref={place}
      className={className}
      style={style}
      onPointerEnter={come}
      onPointerLeave={go}
      onFocus={come}
      onBlur={go}
    >
      {children}
      {isShown && <Words place={place} label={label} />}
    </span>
  );
}

function Words({
  place,
  label,
}: Pick<HintProps, "label"> & { place: React.RefObject<HTMLSpanElement | null> }) {
  const words = typeof label === "function" ? label() : label;
  if (!words) return null;
  return (
    <Tooltip
      target={place}
      opened
      label={words}
      multiline
      maw={460}
      style={{ whiteSpace: "pre-line" }}
    />
  );
}
