import { Box } from "@mantine/core";
import { useRouterState } from "@tanstack/react-router";
import { memo, useEffect, useMemo, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { highlightedLines } from "../../components/Code";

interface SourceProps {
  text: string;
  label: string;
  /** Where the file as it is now can't be read. */
  wrongLine: number | null;
}

const LINE = /^line-(\d+)$/;

/** Source text of which each line has an address. */
export function Source({ text, label, wrongLine }: SourceProps) {
  const frame = useRef<HTMLPreElement>(null);
  const hash = useRouterState({ select: (state) => state.location.hash });
  const chosen = Number(LINE.exec(hash)?.[1] ?? 0);
  const lines = useMemo(() => highlightedLines(text, "python"), [text]);
  useEffect(() => {
    const line = frame.current?.querySelector(`[data-line="${chosen}"]`);
    line?.scrollIntoView({ block: "center" });
  }, [chosen]);
  return (
    <Box
      component="pre"
      ref={frame}
      className="code source"
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      {lines.map((line, index) => (
        <SourceLine
          key={index}
          number={index + 1}
          isChosen={chosen === index + 1}
          isWrong={wrongLine === index + 1}
        >
          {line}
        </SourceLine>
      ))}
    </Box>
  );
}

interface SourceLineProps {
  number: number;
  isChosen: boolean;
  isWrong: boolean;
  children: ReactNode;
}

const SourceLine = memo(function SourceLine(props: SourceLineProps) {
  const { number, isChosen, isWrong, children } = props;
  const { t } = useTranslation("code");
  return (
    <code
      className="code-line"
      data-line={number}
      data-chosen={isChosen || undefined}
      data-wrong={isWrong || undefined}
    >
      <a href={`#line-${number}`} className="line-number" tabIndex={-1}>
        {number}
      </a>
      {children}
      {isWrong && <span className="line-note">{t("wrongHere")}</span>}
      {"\n"}
    </code>
  );
});
