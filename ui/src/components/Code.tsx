/** Source text with its syntax in colour, as React elements: never as HTML text. */

import { Box } from "@mantine/core";
import bash from "highlight.js/lib/languages/bash";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import sql from "highlight.js/lib/languages/sql";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";
import { useMemo, type ReactNode } from "react";

const lowlight = createLowlight({ bash, json, python, sql, yaml });

export type CodeLanguage = "bash" | "json" | "python" | "sql" | "yaml" | "text";

/** Longer texts stay plain: colouring them would hold the page up. */
const LENGTH_MAX = 400_000;

type Node = ReturnType<typeof lowlight.highlight>["children"][number];

interface CodeProps {
  text: string;
  language: CodeLanguage;
  hasLineNumbers?: boolean;
  label: string;
  maxHeight?: string;
}

export default function Code({ text, language, hasLineNumbers, label, maxHeight }: CodeProps) {
  const lines = useMemo(() => highlightedLines(text, language), [text, language]);
  return (
    <Box
      component="pre"
      className="code"
      tabIndex={0}
      role="region"
      aria-label={label}
      style={{ maxHeight }}
      data-numbers={hasLineNumbers}
    >
      {lines.map((line, index) => (
        <Box component="code" className="code-line" key={index} id={`line-${index + 1}`}>
          {line}
          {"\n"}
        </Box>
      ))}
    </Box>
  );
}

/** The lines of a text, each as React nodes. */
export function highlightedLines(text: string, language: CodeLanguage): ReactNode[][] {
  const body = text.replace(/\n$/, "");
  if (language === "text" || body.length > LENGTH_MAX) {
    return body.split("\n").map((line) => [line]);
  }
  const lines: ReactNode[][] = [[]];
  let key = 0;
  const add = (words: string, classes: string) => {
    words.split("\n").forEach((part, index) => {
      if (index > 0) lines.push([]);
      if (!part) return;
      key += 1;
      lines.at(-1)?.push(
        classes ? (
          <span key={key} className={classes}>
            {part}
          </span>
        ) : (
          part
        ),
      );
    });
  };
  const walk = (node: Node, classes: string) => {
    if (node.type === "text") add(node.value, classes);
    if (node.type === "element") {
      const own = Array.isArray(node.properties.className)
        ? node.properties.className.join(" ")
        : "";
      for (const child of node.children) walk(child, own || classes);
    }
  };
  for (const node of lowlight.highlight(language, body).children) walk(node, "");
  return lines;
}
