import { describe, expect, it } from "vitest";

import { pieces, plain } from "./ansi";

const ESC = "\u001B";

describe("a line with colours", () => {
  it("is cut where its look changes", () => {
    const found = pieces(`${ESC}[1;32mok${ESC}[0m then ${ESC}[44mblue${ESC}[0m`);
    expect(found.map(({ text, classes }) => [text, classes])).toEqual([
      ["ok", "ansi-bold ansi-fg-green"],
      [" then ", ""],
      ["blue", "ansi-bg-blue"],
    ]);
  });

  it.each([
    ["38;5;9", "ansi-fg-bright-red", null],
    ["38;5;208", "", "rgb(255, 135, 0)"],
    ["38;5;244", "", "rgb(128, 128, 128)"],
    ["38;2;1;2;3", "", "rgb(1, 2, 3)"],
  ])("knows the colour %s", (code, classes, colour) => {
    const [piece] = pieces(`${ESC}[${code}mx`);
    expect([piece?.classes, piece?.colour]).toEqual([classes, colour]);
  });

  it("loses what moves a cursor or names a window", () => {
    expect(plain(`a${ESC}[2K${ESC}[1Gb${ESC}]0;title\u0007c`)).toBe("abc");
  });

  it("keeps tags as the text that they are", () => {
    expect(pieces("<b>x</b>")).toMatchObject([{ text: "<b>x</b>" }]);
  });
});

describe("what is searched for", () => {
  it("is found over a change of colour, in upper or lower case", () => {
    const found = pieces(`one ${ESC}[31mTw${ESC}[0mo three`, "TWO");
    expect(found.filter((piece) => piece.isHit).map((piece) => piece.text)).toEqual(["Tw", "o"]);
    expect(found.map((piece) => piece.text).join("")).toBe("one Two three");
  });

  it("is found more than once", () => {
    expect(pieces("aXbXc", "x").map((piece) => piece.text)).toEqual(["a", "X", "b", "X", "c"]);
  });

  it("leaves a line alone whose letters change their number with their case", () => {
    expect(pieces("İx", "x")).toMatchObject([{ text: "İx", isHit: false }]);
  });
});
