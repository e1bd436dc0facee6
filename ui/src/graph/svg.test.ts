import { describe, expect, it } from "vitest";

import { clipped, escaped, svgOf, type Picture } from "./svg";

const picture: Picture = {
  title: "sales <b>",
  layout: {
    width: 400,
    height: 100,
    boxes: {
      a: { x: 0, y: 0, width: 150, height: 60 },
      b: { x: 200, y: 0, width: 150, height: 60 },
    },
    routes: {
      ab: {
        points: [
          { x: 150, y: 30 },
          { x: 200, y: 30 },
        ],
        label: { x: 160, y: 20, width: 30, height: 18 },
      },
    },
  },
  nodes: [
    {
      id: "a",
      lines: ["a&b", "running"],
      isOpen: false,
      border: "#f00",
      stripe: "#fff",
      isDashed: false,
    },
    { id: "b", lines: ["<script>"], isOpen: false, border: '"', stripe: null, isDashed: true },
  ],
  edges: [{ id: "ab", kind: "setup", isDim: true, label: "예" }],
  colours: { ground: "#fff", node: "#fff", text: "#000", faint: "#666", edge: "#999" },
};

describe("a picture of a graph", () => {
  const parsed = new DOMParser().parseFromString(svgOf(picture), "image/svg+xml");

  it("is a document that can be parsed, with every node and edge", () => {
    expect(parsed.querySelector("parsererror")).toBeNull();
    const texts = [...parsed.querySelectorAll("text")].map((text) => text.textContent);
    expect(texts).toEqual(["sales <b>", "예", "a&b", "running", "<script>"]);
    expect(parsed.querySelectorAll("path")).toHaveLength(2);
  });

  it("has no element that a name of a task has made", () => {
    expect(parsed.querySelectorAll("script, b")).toHaveLength(0);
  });
});

describe("text in SVG", () => {
  it("is escaped, and rid of what XML can't have", () => {
    expect(escaped(`<a href="x">&'\u0000`)).toBe("&lt;a href=&quot;x&quot;&gt;&amp;&apos; ");
  });

  it("is cut where it would be too wide", () => {
    expect(clipped("abc", 100, 10)).toBe("abc");
    expect(clipped("abcdefghij", 40, 10)).toBe("abcde…");
  });
});
