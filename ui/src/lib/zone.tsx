/** In which time zone the page shows times: chosen by the user, else the deployment's default. */

import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from "react";

import { store, stored } from "./stored";

interface ZoneChoice {
  /** The zone that is shown. */
  zone: string;
  /** The deployment's default. */
  deployment: string;
  choose: (zone: string) => void;
}

const Zone = createContext<ZoneChoice>({
  zone: "UTC",
  deployment: "UTC",
  choose: () => undefined,
});

export function ZoneProvider({
  deployment,
  children,
}: {
  deployment: string;
  children: ReactNode;
}) {
  const [chosen, setChosen] = useState(() => stored("zone"));
  const choose = useCallback(
    (zone: string) => {
      const next = zone === deployment ? null : zone;
      store("zone", next);
      setChosen(next);
    },
    [deployment],
  );
  const value = useMemo(
    () => ({ zone: chosen ?? deployment, deployment, choose }),
    [chosen, deployment, choose],
  );
  return <Zone.Provider value={value}>{children}</Zone.Provider>;
}

export function useZone(): ZoneChoice {
  return useContext(Zone);
}
