import { expect, it } from "vitest";

import { edgeAt } from "./sight";

it.each([
  ["begins at the margin when its start is sought", 10, 2_000, 24],
  ["ends at the margin when its end is sought", 1_990, 2_000, 500 - 24 - 1_000],
  ["has what is sought in the middle", 1_000, 2_000, 250 - 500],
  ["is in the middle when it is small", 10, 200, 200],
])("a graph %s", (_, middle, length, edge) => {
  expect(edgeAt(middle, length, 500, 0.5)).toBe(edge);
});
