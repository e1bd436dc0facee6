import { expect, it } from "vitest";

import { changedPart, counted, paired, readDiff } from "./diff";

const DIFF = `--- a.py (version 1)
+++ a.py (version 2)
@@ -1,4 +1,4 @@
 one
-two
---- a removed line that looks like a header
+TWO
+three
 four
@@ -10 +10,2 @@
 ten
+eleven
--- b.py (version 1)
+++ b.py (version 2)
@@ -0,0 +1 @@
+new
`;

it("files, hunks and line numbers are read; lines may begin as headers do", () => {
  const files = readDiff(DIFF);
  expect(files.map((file) => [file.before, file.after, file.hunks.length])).toEqual([
    ["a.py (version 1)", "a.py (version 2)", 2],
    ["b.py (version 1)", "b.py (version 2)", 1],
  ]);
  expect(files[0]?.hunks[0]?.lines).toEqual([
    { kind: "same", text: "one", before: 1, after: 1 },
    { kind: "removed", text: "two", before: 2, after: null },
    {
      kind: "removed",
      text: "--- a removed line that looks like a header",
      before: 3,
      after: null,
    },
    { kind: "added", text: "TWO", before: null, after: 2 },
    { kind: "added", text: "three", before: null, after: 3 },
    { kind: "same", text: "four", before: 4, after: 4 },
  ]);
  expect(counted(files)).toEqual({ added: 4, removed: 2 });
});

it("no difference is no file", () => {
  expect(readDiff("")).toEqual([]);
});

it("side by side, what was removed stands beside what took its place", () => {
  const lines = readDiff(DIFF)[0]?.hunks[0]?.lines.filter((line) => !line.text.startsWith("---"));
  const pairs = paired(lines ?? []).map(({ left, right }) => [left?.text, right?.text]);
  expect(pairs).toEqual([
    ["one", "one"],
    ["two", "TWO"],
    [undefined, "three"],
    ["four", "four"],
  ]);
});

it("only what differs within a line is marked; a line that is quite another is so as a whole", () => {
  expect(changedPart('schedule="@daily",', 'schedule="0 3 * * *",')).toEqual([10, 16]);
  expect(changedPart("sleep 1", "sleep 1")).toEqual([7, 7]);
  expect(changedPart("completely", "other words")).toBeNull();
});
