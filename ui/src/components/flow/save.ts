/** Pictures of graphs as files. */

import { pictureSize, svgOf, type Picture } from "../../graph/svg";

/** What browsers draw at most: a side, and all in all. */
const SIDE_MAX = 16_000;
const AREA_MAX = 100_000_000;

/** How much larger than the layout a PNG is: twice, or as much as a browser can draw. */
function pngScale(width: number, height: number): number {
  return Math.min(2, SIDE_MAX / Math.max(width, height), Math.sqrt(AREA_MAX / (width * height)));
}

/** The value of a CSS colour such as `var(--state-failed)`, as it is now. */
export function resolved(colour: string): string {
  const name = /^var\((--[\w-]+)\)$/.exec(colour)?.[1];
  if (!name) return colour;
  const value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  // A variable may name another.
  return value.startsWith("var(") ? resolved(value) : value;
}

export function pageColours(): Picture["colours"] {
  return {
    ground: resolved("var(--mantine-color-body)"),
    node: resolved("var(--mantine-color-body)"),
    text: resolved("var(--mantine-color-text)"),
    faint: resolved("var(--mantine-color-dimmed)"),
    edge: resolved("var(--flow-edge)"),
  };
}

export function saveAs(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function svgBlob(picture: Picture): Blob {
  return new Blob([svgOf(picture)], { type: "image/svg+xml" });
}

export async function pngBlob(picture: Picture): Promise<Blob> {
  const { width, height } = pictureSize(picture.layout);
  const scale = pngScale(width, height);
  const address = URL.createObjectURL(svgBlob(picture));
  try {
    const image = new Image(width, height);
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("canvas");
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise<Blob>((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("canvas"))), "image/png");
    });
  } finally {
    URL.revokeObjectURL(address);
  }
}
