/** Asks for the runs of a form, one after the other, and says how it went. */

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, ApiProblem } from "../../api/client";
import { paramOf, runField } from "./conf";
import type { Wish } from "./request";

export interface Refusal {
  wish: Wish;
  words: string;
  /** The param, or the field of the run, that is wrong. */
  field: string | null;
}

export interface Outcome {
  runIds: readonly string[];
  refusals: readonly Refusal[];
}

interface Order {
  wishes: readonly Wish[];
  note: string;
  unpause: boolean;
}

export function useTrigger(dagId: string, onDone: (outcome: Outcome) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (order: Order): Promise<Outcome> => {
      const outcome = await triggerAll(dagId, order);
      // A paused DAG's runs wait: it goes on once there is something to run.
      if (order.unpause && outcome.runIds.length > 0) await unpause(dagId);
      return outcome;
    },
    onSuccess: onDone,
    onSettled: () => client.invalidateQueries({ predicate: ({ meta }) => isOfRuns(meta) }),
  });
}

function isOfRuns(meta: Record<string, unknown> | undefined): boolean {
  const live = (meta?.live ?? []) as readonly string[];
  return live.includes("run") || live.includes("dag");
}

async function triggerAll(dagId: string, { wishes, note }: Order): Promise<Outcome> {
  const runIds: string[] = [];
  const refusals: Refusal[] = [];
  for (const wish of wishes) {
    try {
      // In their order, so that dates are started one after the other.
      // oxlint-disable-next-line no-await-in-loop
      runIds.push(await triggerOne(dagId, wish, note));
    } catch (error) {
      const field = error instanceof ApiProblem ? fieldOf(error) : null;
      refusals.push({ wish, words: error instanceof Error ? error.message : "", field });
    }
  }
  return { runIds, refusals };
}

function fieldOf({ field }: ApiProblem): string | null {
  return paramOf(field) ?? (field === null ? null : runField(field));
}

async function triggerOne(dagId: string, wish: Wish, note: string): Promise<string> {
  const { data } = await api.POST("/api/v2/dags/{dag_id}/dagRuns", {
    params: { path: { dag_id: dagId } },
    body: {
      ...{ dag_run_id: wish.runId, data_interval_start: null, data_interval_end: null },
      ...(wish.date === undefined ? {} : { logical_date: wish.date }),
      ...{ conf: wish.conf as Record<string, never>, note: note.trim() || null },
      ...{ run_after: null, partition_key: null },
    },
  });
  return data?.dag_run_id ?? "";
}

async function unpause(dagId: string): Promise<void> {
  await api.PATCH("/api/v2/dags/{dag_id}", {
    params: { path: { dag_id: dagId } },
    body: { is_paused: false },
  });
}
