/** Text with ANSI sequences as pieces that each have a look: never HTML. */

import Anser from "anser";

export interface Piece {
  text: string;
  /** One of the sixteen colours as a class, or an exact colour as `rgb(...)`. */
  colour: string | null;
  ground: string | null;
  classes: string;
  isHit: boolean;
}

const NAMES = [
  ...["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"],
  ...["bright-black", "bright-red", "bright-green", "bright-yellow"],
  ...["bright-blue", "bright-magenta", "bright-cyan", "bright-white"],
];

/** The escape character; anything else has no look of its own. */
const ESCAPE = "\u001B";
/** What moves a cursor, sets a title and the like: nothing that a page can follow. */
// oxlint-disable-next-line no-control-regex
const OTHER = /\u001B(?:\][^\u0007\u001B]*(?:\u0007|\u001B\\)|\[[0-9;?]*[A-LN-Za-ln-z])/g;

/** The text alone, as the server searches it. */
export function plain(text: string): string {
  if (!text.includes(ESCAPE)) return text;
  return Anser.ansiToText(text.replace(OTHER, ""));
}

/** The pieces of a text, with what matches `needle` (in upper or lower case) on its own. */
export function pieces(text: string, needle = ""): Piece[] {
  const looks = text.includes(ESCAPE) ? looksOf(text) : [{ ...PLAIN, text }];
  if (needle === "") return looks.filter((piece) => piece.text !== "");
  return cut(looks, hits(looks.map((piece) => piece.text).join(""), needle));
}

const PLAIN: Piece = { text: "", colour: null, ground: null, classes: "", isHit: false };

function looksOf(text: string): Piece[] {
  const entries = Anser.ansiToJson(text.replace(OTHER, ""), {
    json: true,
    use_classes: true,
    remove_empty: true,
  });
  return entries.map((entry) => {
    const fg = colourOf(entry.fg, entry.fg_truecolor);
    const bg = colourOf(entry.bg, entry.bg_truecolor);
    const classes = [
      ...entry.decorations.map((name) => `ansi-${name}`),
      ...(fg?.name ? [`ansi-fg-${fg.name}`] : []),
      ...(bg?.name ? [`ansi-bg-${bg.name}`] : []),
    ];
    return {
      text: entry.content,
      colour: fg?.exact ?? null,
      ground: bg?.exact ?? null,
      classes: classes.join(" "),
      isHit: false,
    };
  });
}

/** `ansi-red`, `ansi-palette-208` or `ansi-truecolor` with `120, 90, 220`. */
function colourOf(
  word: string | null,
  exact: string | null,
): { name?: string; exact?: string } | null {
  if (!word) return null;
  if (word === "ansi-truecolor") return exact ? { exact: `rgb(${exact})` } : null;
  const palette = /^ansi-palette-(\d+)$/.exec(word);
  if (palette) return ofPalette(Number(palette[1]));
  const name = word.replace(/^ansi-/, "");
  return NAMES.includes(name) ? { name } : null;
}

/** The 256 colours: 16 by name, a cube of 6 x 6 x 6, and 24 greys. */
function ofPalette(index: number): { name?: string; exact?: string } {
  const name = NAMES[index];
  if (name !== undefined) return { name };
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return { exact: `rgb(${grey}, ${grey}, ${grey})` };
  }
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const [red, green, blue] = [
    Math.floor((index - 16) / 36),
    Math.floor((index - 16) / 6) % 6,
    (index - 16) % 6,
  ];
  return { exact: `rgb(${level(red)}, ${level(green)}, ${level(blue)})` };
}

type Span = readonly [from: number, until: number];

function hits(text: string, needle: string): Span[] {
  const [low, wanted] = [text.toLowerCase(), needle.toLowerCase()];
  // Some letters have a lower case of another length: then places would not fit.
  if (low.length !== text.length) return [];
  const found: Span[] = [];
  for (let at = low.indexOf(wanted); at >= 0; at = low.indexOf(wanted, at + wanted.length)) {
    found.push([at, at + wanted.length]);
  }
  return found;
}

function cut(looks: readonly Piece[], spans: readonly Span[]): Piece[] {
  const found: Piece[] = [];
  let start = 0;
  for (const piece of looks) {
    const end = start + piece.text.length;
    let at = start;
    for (const [from, until] of spans) {
      if (until <= at || from >= end) continue;
      if (from > at) found.push({ ...piece, text: piece.text.slice(at - start, from - start) });
      const stop = Math.min(until, end);
      const text = piece.text.slice(Math.max(from, at) - start, stop - start);
      found.push({ ...piece, text, isHit: true });
      at = stop;
    }
    if (at < end) found.push({ ...piece, text: piece.text.slice(at - start) });
    start = end;
  }
  return found;
}
