import { Box, Text } from "@mantine/core";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";

import { changedPart, paired, type DiffLine, type FileDiff } from "./diff";

export type DiffShape = "sides" | "inline";

/** The changes of one file. */
export function DiffText({ file, shape }: { file: FileDiff; shape: DiffShape }) {
  const { t } = useTranslation("code");
  return (
    <Box component="section" aria-label={t("diffOf", { file: file.after })}>
      <Text size="sm" fw={600} mb={4} className="wrapped">
        {file.before === file.after ? file.after : `${file.before} → ${file.after}`}
      </Text>
      <Box
        className="code diff"
        data-shape={shape}
        tabIndex={0}
        role="region"
        aria-label={file.after}
      >
        {file.hunks.map((hunk) => (
          <Fragment key={hunk.header}>
            <div className="diff-hunk">{hunk.header}</div>
            {shape === "inline" ? <Inline lines={hunk.lines} /> : <Sides lines={hunk.lines} />}
          </Fragment>
        ))}
      </Box>
    </Box>
  );
}

function Inline({ lines }: { lines: readonly DiffLine[] }) {
  const partners = new Map<DiffLine, DiffLine | null>();
  for (const { left, right } of paired(lines)) {
    if (left) partners.set(left, right);
    if (right) partners.set(right, left);
  }
  return lines.map((line, index) => (
    <Half key={index} line={line} other={partners.get(line) ?? null} hasBoth />
  ));
}

function Sides({ lines }: { lines: readonly DiffLine[] }) {
  return paired(lines).map(({ left, right }, index) => (
    <div className="diff-pair" key={index}>
      <Half line={left} other={right} side="before" />
      <Half line={right} other={left} side="after" />
    </div>
  ));
}

interface HalfProps {
  line: DiffLine | null;
  other: DiffLine | null;
  side?: "before" | "after";
  hasBoth?: boolean;
}

const SIGNS = { same: " ", added: "+", removed: "-" } as const;

/** A line with its numbers and its sign: the colour is not alone. */
function Half({ line, other, side, hasBoth = false }: HalfProps) {
  if (line === null) return <div className="diff-line" data-kind="missing" />;
  return (
    <div className="diff-line" data-kind={line.kind}>
      {(hasBoth || side === "before") && <span className="diff-number">{line.before}</span>}
      {(hasBoth || side === "after") && <span className="diff-number">{line.after}</span>}
      <span className="diff-sign">{SIGNS[line.kind]}</span>
      <span className="diff-words">
        <Words line={line} other={other} />
      </span>
    </div>
  );
}

function Words({ line, other }: { line: DiffLine; other: DiffLine | null }) {
  const part = other && other !== line ? changedPart(line.text, other.text) : null;
  if (!part || part[0] === part[1]) return line.text || " ";
  return (
    <>
      {line.text.slice(0, part[0])}
      <mark>{line.text.slice(...part)}</mark>
      {line.text.slice(part[1])}
    </>
  );
}
