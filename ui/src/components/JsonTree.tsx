/** A JSON value as a tree whose branches open and close. */

import { Anchor, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import "./json.css";

/** Of a branch, shown before more is asked for. */
const PART = 100;
const TEXT_CHARS = 2_000;
const OPEN_DEPTH = 2;

interface JsonTreeProps {
  value: unknown;
  label: string;
}

export function JsonTree({ value, label }: JsonTreeProps) {
  return (
    <div className="json-tree" role="group" aria-label={label}>
      <Node value={value} depth={0} name={null} />
    </div>
  );
}

interface NodeProps {
  value: unknown;
  depth: number;
  name: string | null;
}

function Node({ value, depth, name }: NodeProps) {
  const key = name === null ? null : <span className="json-key">{name}: </span>;
  if (typeof value === "object" && value !== null) {
    return <Branch value={value} depth={depth} keyed={key} />;
  }
  return (
    <>
      {key}
      <Leaf value={value} />
    </>
  );
}

function Leaf({ value }: { value: unknown }) {
  const { t } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  if (typeof value !== "string") {
    const kind = typeof value === "number" ? "json-number" : "json-word";
    return <span className={kind}>{JSON.stringify(value) ?? "null"}</span>;
  }
  const isLong = value.length > TEXT_CHARS && !isWhole;
  return (
    <>
      <span className="json-string">
        {JSON.stringify(isLong ? value.slice(0, TEXT_CHARS) : value)}
      </span>
      {isLong && (
        <Anchor component="button" type="button" size="xs" ml={6} onClick={() => setWhole(true)}>
          {t("action.showMore")}
        </Anchor>
      )}
    </>
  );
}

function Branch({ value, depth, keyed }: { value: object; depth: number; keyed: ReactNode }) {
  const { t } = useTranslation();
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const [isOpen, setOpen] = useState(depth < OPEN_DEPTH);
  const [count, setCount] = useState(PART);
  const [left, right] = isList ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0) {
    return (
      <>
        {keyed}
        {left}
        {right}
      </>
    );
  }
  const Arrow = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <>
      <UnstyledButton className="json-fold" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Arrow size={14} aria-hidden />
        {keyed}
        {isOpen ? left : `${left} ${entries.length} ${right}`}
      </UnstyledButton>
      {isOpen && (
        <>
          <ul>
            {entries.slice(0, count).map(([name, child]) => (
              <li key={name}>
                <Node value={child} depth={depth + 1} name={name} />
              </li>
            ))}
          </ul>
          {entries.length > count && (
            <Anchor
              component="button"
              type="button"
              size="xs"
              ml="lg"
              onClick={() => setCount(count + PART * 5)}
            >
              {t("action.showMore")} ({(entries.length - count).toLocaleString()})
            </Anchor>
          )}
          {right}
        </>
      )}
    </>
  );
}
