import { useState } from "react";

import { store, stored } from "../../../lib/stored";

/** How logs are shown in this browser. */
export interface Looks {
  isWrapped: boolean;
  hasTimes: boolean;
  hasSources: boolean;
}

const KEYS = { isWrapped: "log.wrap", hasTimes: "log.times", hasSources: "log.sources" } as const;
const FIRST: Looks = { isWrapped: true, hasTimes: true, hasSources: false };

function read(name: keyof Looks): boolean {
  const word = stored(KEYS[name]);
  return word === null ? FIRST[name] : word === "yes";
}

export function useLooks(): [Looks, (name: keyof Looks) => void] {
  const [looks, setLooks] = useState<Looks>(() => ({
    isWrapped: read("isWrapped"),
    hasTimes: read("hasTimes"),
    hasSources: read("hasSources"),
  }));
  const toggle = (name: keyof Looks) => {
    const next = !looks[name];
    store(KEYS[name], next === FIRST[name] ? null : next ? "yes" : "no");
    setLooks({ ...looks, [name]: next });
  };
  return [looks, toggle];
}
