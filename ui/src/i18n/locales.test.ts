import { describe, expect, it } from "vitest";

type Texts = { [key: string]: string | Texts };

const files = import.meta.glob<Texts>("./locales/*/*.json", { import: "default", eager: true });

function keys(texts: Texts, prefix = ""): string[] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === "string" ? [`${prefix}${key}`] : keys(value, `${prefix}${key}.`),
  );
}

function values(texts: Texts): Record<string, string> {
  return Object.fromEntries(
    keys(texts).map((key) => {
      const found = key.split(".").reduce<string | Texts | undefined>((at, part) => {
        return typeof at === "object" ? at[part] : undefined;
      }, texts);
      return [key, String(found)];
    }),
  );
}

function of(language: string): Record<string, Texts> {
  const found = Object.entries(files).filter(([file]) => file.includes(`/${language}/`));
  return Object.fromEntries(found.map(([file, texts]) => [file.split("/").at(-1) ?? "", texts]));
}

const english = of("en");
const korean = of("ko");

describe("the texts", () => {
  it("have the same namespaces in both languages", () => {
    expect(Object.keys(korean).toSorted()).toEqual(Object.keys(english).toSorted());
  });

  it.each(Object.keys(english))("have the same keys in both languages: %s", (file) => {
    expect(keys(korean[file] ?? {}).toSorted()).toEqual(keys(english[file] ?? {}).toSorted());
  });

  it.each(Object.keys(english))("take the same values in both languages: %s", (file) => {
    const holes = (text: string) => (text.match(/{{\s*\w+/g) ?? []).toSorted();
    const inKorean = values(korean[file] ?? {});
    for (const [key, text] of Object.entries(values(english[file] ?? {}))) {
      expect([key, holes(inKorean[key] ?? "")]).toEqual([key, holes(text)]);
    }
  });

  it.each(Object.keys(english))("are not empty: %s", (file) => {
    const all = [english[file], korean[file]].flatMap((texts) =>
      Object.entries(values(texts ?? {})),
    );
    expect(all.filter(([, text]) => text.trim() === "")).toEqual([]);
  });
});
