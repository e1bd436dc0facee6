/** The commands of `narae` that do, or tell, what a page does. */

import type { InstanceRef, RunRef } from "./refs";

const PLAIN = /^[\w@%+=:,./-]+$/;

/** A word as POSIX shells take it. */
export function quoted(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A text that a regular expression matches literally. */
export function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

export interface Command {
  /** Names its text: `command.<id>`. */
  id: string;
  line: string;
}

function command(id: string, ...words: readonly string[]): Command {
  return { id, line: ["narae", ...words.map(quoted)].join(" ") };
}

export function runCommands({ dagId, runId }: RunRef): Command[] {
  return [
    command("states", "tasks", "states-for-dag-run", dagId, runId),
    command("whyLate", "dags", "why-late", dagId, runId),
    command("clearRun", "tasks", "clear", dagId, "--run-id", runId),
    command("clearFailed", "tasks", "clear", dagId, "--run-id", runId, "--only-failed"),
  ];
}

export function instanceCommands({ dagId, runId, taskId, mapIndex }: InstanceRef): Command[] {
  const index = mapIndex < 0 ? [] : ["--map-index", String(mapIndex)];
  const only = ["--task-regex", `^${literal(taskId)}$`, "--run-id", runId];
  return [
    command("why", "tasks", "why", dagId, runId, taskId, ...index),
    command("attempts", "tasks", "attempts", dagId, taskId, runId, ...index),
    command("runNow", "tasks", "run", dagId, taskId, runId, ...index),
    command("clearTask", "tasks", "clear", dagId, ...only),
    command("clearDownstream", "tasks", "clear", dagId, ...only, "--downstream"),
    command("render", "tasks", "render", dagId, taskId, runId, ...index),
    ...(mapIndex < 0 ? [command("test", "tasks", "test", dagId, taskId, runId)] : []),
  ];
}
