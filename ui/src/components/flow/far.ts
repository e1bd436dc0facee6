import { createContext, useContext } from "react";

export const Far = createContext(false);

/** Whether the graph is seen from so far that no text can be read. */
export function useIsFar(): boolean {
  return useContext(Far);
}
