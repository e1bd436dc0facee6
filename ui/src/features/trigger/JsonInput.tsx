import { Textarea } from "@mantine/core";
import { useState } from "react";

import { Unread } from "./conf";
import { isSame } from "./faults";
import type { Wrapping } from "./FieldInput";

interface JsonInputProps extends Wrapping {
  value: unknown;
  isNullable: boolean;
  onChange: (value: unknown) => void;
}

function written(value: unknown): string {
  if (value === undefined || value === null) return "";
  return value instanceof Unread ? value.text : JSON.stringify(value, null, 2);
}

/** Any JSON. What is typed stays as it is typed; another value from elsewhere takes its place. */
export function JsonInput({ value, isNullable, onChange, ...wrapping }: JsonInputProps) {
  const [text, setText] = useState(() => written(value));
  const read = (typed: string): unknown => {
    if (typed.trim() === "") return isNullable ? null : undefined;
    try {
      return JSON.parse(typed) as unknown;
    } catch {
      return new Unread(typed);
    }
  };
  if (!isSame(read(text), value)) setText(written(value));
  return (
    <Textarea
      {...wrapping}
      autosize
      minRows={3}
      maxRows={16}
      spellCheck={false}
      styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(read(event.currentTarget.value));
      }}
    />
  );
}
