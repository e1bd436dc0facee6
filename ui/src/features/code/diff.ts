/** Reads a unified diff into rows that can be drawn inline or side by side. */

export interface DiffLine {
  kind: "same" | "added" | "removed";
  text: string;
  /** Line numbers before and after; null where the line does not exist. */
  before: number | null;
  after: number | null;
}

export interface Hunk {
  /** Where it stands: `@@ -4,8 +4,9 @@`. */
  header: string;
  lines: readonly DiffLine[];
}

export interface FileDiff {
  before: string;
  after: string;
  hunks: readonly Hunk[];
}

export interface Pair {
  left: DiffLine | null;
  right: DiffLine | null;
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

interface Reading {
  files: { before: string; after: string; hunks: { header: string; lines: DiffLine[] }[] }[];
  /** The next line's numbers, and how many lines of the hunk are left. */
  before: number;
  after: number;
  leftBefore: number;
  leftAfter: number;
}

/** The files of a unified diff. Counts tell where hunks end, so lines may begin as headers do. */
export function readDiff(text: string): FileDiff[] {
  const at: Reading = { files: [], before: 0, after: 0, leftBefore: 0, leftAfter: 0 };
  for (const line of text.replace(/\n$/, "").split("\n")) {
    if (at.leftBefore > 0 || at.leftAfter > 0) readLine(at, line);
    else readHeader(at, line);
  }
  return at.files;
}

function readHeader(at: Reading, line: string): void {
  const found = HUNK.exec(line);
  if (found) {
    const [, before = "0", beforeCount = "1", after = "0", afterCount = "1"] = found;
    at.before = Number(before);
    at.after = Number(after);
    at.leftBefore = Number(beforeCount);
    at.leftAfter = Number(afterCount);
    at.files.at(-1)?.hunks.push({ header: line, lines: [] });
  } else if (line.startsWith("--- ")) {
    at.files.push({ before: line.slice(4), after: "", hunks: [] });
  } else if (line.startsWith("+++ ")) {
    const file = at.files.at(-1);
    if (file) file.after = line.slice(4);
  }
}

function readLine(at: Reading, line: string): void {
  const lines = at.files.at(-1)?.hunks.at(-1)?.lines;
  const text = line.slice(1);
  const [isBefore, isAfter] = [line[0] !== "+", line[0] !== "-"];
  // "\ No newline at end of file" is no line of either.
  if (!lines || line.startsWith("\\")) return;
  lines.push({
    kind: isBefore && isAfter ? "same" : isBefore ? "removed" : "added",
    text,
    before: isBefore ? at.before : null,
    after: isAfter ? at.after : null,
  });
  if (isBefore) {
    at.before += 1;
    at.leftBefore -= 1;
  }
  if (isAfter) {
    at.after += 1;
    at.leftAfter -= 1;
  }
}

/** Removed lines beside the added ones that took their place. */
export function paired(lines: readonly DiffLine[]): Pair[] {
  const pairs: Pair[] = [];
  let removed: DiffLine[] = [];
  let added: DiffLine[] = [];
  const flush = () => {
    for (let row = 0; row < Math.max(removed.length, added.length); row += 1) {
      pairs.push({ left: removed[row] ?? null, right: added[row] ?? null });
    }
    removed = [];
    added = [];
  };
  for (const line of lines) {
    if (line.kind === "removed") removed.push(line);
    else if (line.kind === "added") added.push(line);
    else {
      flush();
      pairs.push({ left: line, right: line });
    }
  }
  flush();
  return pairs;
}

/** Which part of a line another one has otherwise: `[from, until]`; null where all of it is. */
export function changedPart(own: string, other: string): [number, number] | null {
  const shorter = Math.min(own.length, other.length);
  let start = 0;
  while (start < shorter && own[start] === other[start]) start += 1;
  let end = 0;
  while (end < shorter - start && own.at(-1 - end) === other.at(-1 - end)) end += 1;
  // That both are indented makes them no more alike.
  const indent = Math.min(start, own.length - own.trimStart().length);
  return start + end - indent < (shorter - indent) / 3 ? null : [start, own.length - end];
}

/** How many lines came and went. */
export function counted(files: readonly FileDiff[]): { added: number; removed: number } {
  const lines = files.flatMap((file) => file.hunks.flatMap((hunk) => hunk.lines));
  return {
    added: lines.filter((line) => line.kind === "added").length,
    removed: lines.filter((line) => line.kind === "removed").length,
  };
}
