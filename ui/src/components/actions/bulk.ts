/** The same thing done to many: what worked, and what did not with its reason. */

import { api, ApiProblem } from "../../api/client";
import type { components } from "../../api/schema";
import {
  clearRunBody,
  postClear,
  postClearRun,
  type ClearWish,
  type InstancePage,
  type InstanceView,
  type RunClearWish,
  type TaskChoice,
} from "./dryRun";
import { instanceName, runKey, type InstanceRef, type RunRef } from "./refs";

type BulkResponse = components["schemas"]["BulkResponse"];

/** As many as the server takes at once. */
const ITEMS_MAX = 1000;
/** How many requests are under way together. */
const WIDTH = 4;

export interface Fault {
  name: string;
  words: string;
}

export interface Outcome {
  done: number;
  faults: readonly Fault[];
}

export type Report = (finished: number) => void;

/** Does it to each item, a few at a time; a failure stops none of the others. */
export async function doEach<T>(
  items: readonly T[],
  name: (item: T) => string,
  act: (item: T) => Promise<unknown>,
  report: Report = () => undefined,
): Promise<Outcome> {
  const faults: (Fault | undefined)[] = [];
  let next = 0;
  let finished = 0;
  const work = async () => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at] as T;
      try {
        await act(item);
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 401) throw error;
        faults[at] = { name: name(item), words: error instanceof Error ? error.message : "" };
      }
      finished += 1;
      report(finished);
    }
  };
  await Promise.all(Array.from({ length: Math.min(WIDTH, items.length) }, work));
  const found = faults.filter((fault) => fault !== undefined);
  return { done: items.length - found.length, faults: found };
}

/** In parts that the server takes, one after the other. */
export async function inParts<T>(
  items: readonly T[],
  act: (part: readonly T[]) => Promise<Outcome>,
  report: Report = () => undefined,
): Promise<Outcome> {
  let all: Outcome = { done: 0, faults: [] };
  for (let at = 0; at < items.length; at += ITEMS_MAX) {
    const part = items.slice(at, at + ITEMS_MAX);
    // oxlint-disable-next-line no-await-in-loop -- one part after the other
    const one = await act(part);
    all = { done: all.done + one.done, faults: [...all.faults, ...one.faults] };
    report(at + part.length);
  }
  return all;
}

/** What the server says of one kind of action. */
export function outcomeOf(answer: BulkResponse | undefined, action: "update" | "delete"): Outcome {
  const said = answer?.[action];
  return {
    done: said?.success.length ?? 0,
    faults: (said?.errors ?? []).map(({ name, error }) => ({ name, words: error })),
  };
}

const EVERY = { path: { dag_id: "~" } } as const;

function namesOf(runs: readonly RunRef[]) {
  return runs.map(({ dagId, runId }) => ({ dag_id: dagId, dag_run_id: runId }));
}

export async function previewClearRuns(
  runs: readonly RunRef[],
  wish: RunClearWish,
): Promise<InstanceView[]> {
  const parts: InstanceView[] = [];
  for (let at = 0; at < runs.length; at += ITEMS_MAX) {
    // oxlint-disable-next-line no-await-in-loop -- one part after the other
    const { data } = await api.POST("/api/v2/dags/{dag_id}/clearDagRuns", {
      params: EVERY,
      body: {
        ...clearRunBody(wish, true),
        dag_runs: namesOf(runs.slice(at, at + ITEMS_MAX)),
        partition_key: null,
        partition_date_start: null,
        partition_date_end: null,
      },
    });
    parts.push(...(data as InstancePage).task_instances);
  }
  return parts;
}

/** One by one, so that a run that can't be cleared leaves the others alone, and is named. */
export async function clearRuns(
  runs: readonly RunRef[],
  wish: RunClearWish,
  report?: Report,
): Promise<Outcome> {
  return doEach(
    runs,
    (run) => run.runId,
    async (run) => postClearRun(run, wish, false),
    report,
  );
}

export async function markRuns(
  runs: readonly RunRef[],
  state: "success" | "failed",
  report?: Report,
): Promise<Outcome> {
  return inParts(
    runs,
    async (part) => {
      const entities = namesOf(part).map((name) => ({ ...name, state }));
      const { data } = await api.PATCH("/api/v2/dags/{dag_id}/dagRuns", {
        params: EVERY,
        body: {
          actions: [
            { action: "update", entities, update_mask: ["state"], action_on_non_existence: "fail" },
          ],
        },
      });
      return outcomeOf(data, "update");
    },
    report,
  );
}

export async function deleteRuns(runs: readonly RunRef[], report?: Report): Promise<Outcome> {
  return inParts(
    runs,
    async (part) => {
      const { data } = await api.PATCH("/api/v2/dags/{dag_id}/dagRuns", {
        params: EVERY,
        body: {
          actions: [{ action: "delete", entities: namesOf(part), action_on_non_existence: "fail" }],
        },
      });
      return outcomeOf(data, "delete");
    },
    report,
  );
}

/** Instances run by run, as a clear takes them. */
export function choicesOf(instances: readonly InstanceRef[]): TaskChoice[] {
  const runs = new Map<string, RunRef & { tasks: [string, number | null][] }>();
  for (const { dagId, runId, taskId, mapIndex } of instances) {
    const key = runKey({ dagId, runId });
    const choice = runs.get(key) ?? { dagId, runId, tasks: [] };
    runs.set(key, choice);
    choice.tasks.push([taskId, mapIndex < 0 ? null : mapIndex]);
  }
  return [...runs.values()];
}

export async function previewClear(
  choices: readonly TaskChoice[],
  wish: ClearWish,
): Promise<InstanceView[]> {
  const parts: InstanceView[][] = choices.map(() => []);
  const { faults } = await doEach(
    choices.map((choice, at) => ({ choice, at })),
    ({ choice }) => choice.runId,
    async ({ choice, at }) => {
      parts[at] = await postClear(choice, wish, true);
    },
  );
  const [fault] = faults;
  if (fault) throw new ApiProblem(409, `${fault.name}: ${fault.words}`);
  return parts.flat();
}

export async function clearInstances(
  choices: readonly TaskChoice[],
  wish: ClearWish,
  report?: Report,
): Promise<Outcome> {
  return doEach(
    choices,
    (choice) => choice.runId,
    async (choice) => postClear(choice, wish, false),
    report,
  );
}

const EVERY_RUN = { path: { dag_id: "~", dag_run_id: "~" } } as const;

function entitiesOf(instances: readonly InstanceRef[]) {
  return instances.map(({ dagId, runId, taskId, mapIndex }) => ({
    dag_id: dagId,
    dag_run_id: runId,
    task_id: taskId,
    map_index: mapIndex,
    include_upstream: false,
    include_downstream: false,
    include_past: false,
    include_future: false,
  }));
}

export async function markInstances(
  instances: readonly InstanceRef[],
  state: "success" | "failed" | "skipped",
  report?: Report,
): Promise<Outcome> {
  return inParts(
    instances,
    async (part) => {
      const entities = entitiesOf(part).map((name) => ({ ...name, new_state: state }));
      const { data } = await api.PATCH("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances", {
        params: EVERY_RUN,
        body: {
          actions: [
            {
              action: "update",
              entities,
              update_mask: ["new_state"],
              action_on_non_existence: "fail",
            },
          ],
        },
      });
      return outcomeOf(data, "update");
    },
    report,
  );
}

/** Only instances of tasks that are gone from their run can be deleted. */
export async function deleteInstances(
  instances: readonly InstanceRef[],
  report?: Report,
): Promise<Outcome> {
  return inParts(
    instances,
    async (part) => {
      const { data } = await api.PATCH("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances", {
        params: EVERY_RUN,
        body: {
          actions: [
            { action: "delete", entities: entitiesOf(part), action_on_non_existence: "fail" },
          ],
        },
      });
      return outcomeOf(data, "delete");
    },
    report,
  );
}

export function namesOfInstances(instances: readonly InstanceRef[]): string[] {
  return instances.map(
    ({ runId, taskId, mapIndex }) => `${instanceName(taskId, mapIndex)} · ${runId}`,
  );
}
