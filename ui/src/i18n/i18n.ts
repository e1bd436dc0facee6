/** English and Korean. Each feature has a namespace, loaded with it: `locales/en/grid.json`. */

import i18next, { type BackendModule, type ResourceKey } from "i18next";
import { initReactI18next } from "react-i18next";

import { store, stored } from "../lib/stored";

export const LANGUAGES = { en: "English", ko: "한국어" } as const;
export type Language = keyof typeof LANGUAGES;

const files = import.meta.glob<ResourceKey>("./locales/*/*.json", { import: "default" });

const backend: BackendModule = {
  type: "backend",
  init: () => undefined,
  read: async (language, namespace) => {
    const load = files[`./locales/${language}/${namespace}.json`];
    if (!load) throw new Error(`there are no texts for ${language}/${namespace}`);
    return load();
  },
};

/** The language that was chosen, else the browser's first that there are texts for. */
export function firstLanguage(): Language {
  const wanted = [stored("language"), ...navigator.languages];
  for (const tag of wanted) {
    const short = tag?.slice(0, 2);
    if (short === "ko" || short === "en") return short;
  }
  return "en";
}

export async function startI18n(): Promise<void> {
  i18next.on("languageChanged", (language) => {
    document.documentElement.lang = language;
  });
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: firstLanguage(),
      fallbackLng: false,
      supportedLngs: Object.keys(LANGUAGES),
      ns: ["common"],
      defaultNS: "common",
      interpolation: { escapeValue: false },
      returnNull: false,
    });
}

export async function changeLanguage(language: Language): Promise<void> {
  store("language", language);
  await i18next.changeLanguage(language);
}

/** Loads texts before the page that shows them; what can't be loaded is tried again by the page. */
export async function loadTexts(namespaces: readonly string[]): Promise<void> {
  if (namespaces.length > 0) await i18next.loadNamespaces(namespaces);
}
