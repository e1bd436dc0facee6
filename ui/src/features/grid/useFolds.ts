import { useCallback, useState } from "react";

import { store, stored } from "../../lib/stored";

/** The ids that were kept; none of a text that is no list of them. */
export function parsed(text: string | null): ReadonlySet<string> {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    return new Set(Array.isArray(value) ? value.filter((id) => typeof id === "string") : []);
  } catch {
    return new Set();
  }
}

/** Which groups of a DAG are folded; this browser remembers. */
export function useFolds(dagId: string) {
  const key = `folds.${dagId}`;
  const [own, setOwn] = useState(() => ({ key, folded: parsed(stored(key)) }));
  if (own.key !== key) setOwn({ key, folded: parsed(stored(key)) });
  const { folded } = own;
  const put = useCallback(
    (next: ReadonlySet<string>) => {
      store(key, next.size > 0 ? JSON.stringify([...next]) : null);
      setOwn({ key, folded: next });
    },
    [key],
  );
  const toggle = useCallback(
    (id: string) => {
      const next = new Set(folded);
      if (!next.delete(id)) next.add(id);
      put(next);
    },
    [folded, put],
  );
  return { folded, toggle, put };
}
