import { useMutation, useQueryClient } from "@tanstack/react-query";

import { notifyDone, notifyProblem } from "../notify";
import { refreshRuns, type RunRef } from "./refs";

interface ActionOptions<T> {
  act: () => Promise<T>;
  /** Whose pages show something else then. */
  runs: readonly RunRef[];
  /** What is said afterwards. */
  done: (result: T) => string;
  /** What is said when it fails; the reason stands under it. */
  failed: string;
  onDone?: (result: T) => void;
}

/** Does something once, says how it went, and fetches again what it changed. */
export function useAction<T>({ act, runs, done, failed, onDone }: ActionOptions<T>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: (result) => {
      notifyDone(done(result));
      onDone?.(result);
    },
    onError: (error) => notifyProblem(failed, error),
    onSettled: () => refreshRuns(client, runs),
  });
}
