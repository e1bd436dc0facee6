import { useCallback, useState } from "react";

import { store, stored } from "../../lib/stored";

/** Which groups of a DAG are folded; this browser remembers. */
export function useFolds(dagId: string) {
  const key = `folds.${dagId}`;
  const [folded, setFolded] = useState<ReadonlySet<string>>(() => {
    const text = stored(key);
    return new Set(text ? (JSON.parse(text) as string[]) : []);
  });
  const put = useCallback(
    (next: ReadonlySet<string>) => {
      store(key, next.size > 0 ? JSON.stringify([...next]) : null);
      setFolded(next);
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
