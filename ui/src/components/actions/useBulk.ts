import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { notifyDone, notifyProblem } from "../notify";
import type { Outcome, Report } from "./bulk";
import { refreshRuns, type RunRef } from "./refs";

interface BulkOptions {
  act: (report: Report) => Promise<Outcome>;
  runs: readonly RunRef[];
  done: (count: number) => string;
  failed: string;
  /** All of it worked. */
  onDone: () => void;
}

/** Does many things, counts along, and keeps what did not work for showing. */
export function useBulk({ act, runs, done, failed, onDone }: BulkOptions) {
  const client = useQueryClient();
  const [finished, setFinished] = useState(0);
  const mutation = useMutation({
    mutationFn: async () => act(setFinished),
    onSuccess: (outcome) => {
      if (outcome.done > 0) notifyDone(done(outcome.done));
      if (outcome.faults.length === 0) onDone();
    },
    onError: (error) => notifyProblem(failed, error),
    onSettled: () => refreshRuns(client, runs),
  });
  return {
    start: () => mutation.mutate(),
    isBusy: mutation.isPending,
    finished,
    outcome: mutation.data,
  };
}
