/** One try's log: what it is called, its parts, and how they are asked for. */

import { api } from "../../../api/client";
import type { components } from "../../../api/schema";

type Schemas = components["schemas"];
export type LogLine = Schemas["LogLineView"];
export type LogWindow = Schemas["LogWindowView"];
export type LogSummary = Schemas["LogSummaryView"];
export type LogGroup = Schemas["LogGroupView"];
export type LogFound = Schemas["LogFindView"];

export interface LogRef {
  dagId: string;
  runId: string;
  taskId: string;
  /** -1: not mapped. */
  mapIndex: number;
  tryNumber: number;
}

/** Which lines; all where a list is empty. */
export interface LogFilter {
  levels: readonly string[];
  sources: readonly string[];
}

export type LogPlace = { position: number } | { line: number } | { from_end: true };

const LOG =
  "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/logs/{try_number}" as const;

/** Levels that mean that something went wrong. */
export const ERRORS = ["error", "critical"] as const;

function pathOf(log: LogRef) {
  return {
    dag_id: log.dagId,
    dag_run_id: log.runId,
    task_id: log.taskId,
    try_number: log.tryNumber,
  };
}

function filterOf({ levels, sources }: LogFilter) {
  return {
    ...(levels.length > 0 ? { level: [...levels] } : {}),
    ...(sources.length > 0 ? { source: [...sources] } : {}),
  };
}

export async function fetchWindow(
  log: LogRef,
  filter: LogFilter,
  place: LogPlace,
  limit: number,
  signal?: AbortSignal,
): Promise<LogWindow> {
  const query = { map_index: log.mapIndex, limit, ...filterOf(filter), ...place };
  const params = { path: pathOf(log), query };
  const { data } = await api.GET(`${LOG}/window`, { params, signal: signal ?? null });
  return data as LogWindow;
}

export async function fetchSummary(log: LogRef, signal?: AbortSignal): Promise<LogSummary> {
  const params = { path: pathOf(log), query: { map_index: log.mapIndex } };
  const { data } = await api.GET(`${LOG}/summary`, { params, signal: signal ?? null });
  return data as LogSummary;
}

export interface Wanted extends LogFilter {
  text: string;
  fromLine: number;
  limit: number;
}

/** One step of a search; `next_line` says where the next one begins. */
export async function fetchFound(
  log: LogRef,
  { text, fromLine, limit, ...filter }: Wanted,
  signal?: AbortSignal,
): Promise<LogFound> {
  const query = {
    map_index: log.mapIndex,
    q: text,
    from_line: fromLine,
    limit,
    ...filterOf(filter),
  };
  const params = { path: pathOf(log), query };
  const { data } = await api.GET(`${LOG}/find`, { params, signal: signal ?? null });
  return data as LogFound;
}

function address(log: LogRef, what: string, query: Record<string, string | number>): string {
  const path = LOG.replace(/{(\w+)}/g, (_, name: keyof ReturnType<typeof pathOf>) =>
    encodeURIComponent(pathOf(log)[name]),
  );
  const words = new URLSearchParams(
    Object.entries({ map_index: log.mapIndex, ...query }).map(([name, value]) => [
      name,
      String(value),
    ]),
  );
  return `${path}/${what}?${words.toString()}`;
}

export function streamAddress(log: LogRef, fromLine: number): string {
  return address(log, "stream", { from_line: fromLine });
}

export function downloadAddress(log: LogRef, format: "text" | "lines"): string {
  return address(log, "download", { format });
}

/** Whether a filter lets a line through; the server does the same. */
export function passes(filter: LogFilter, line: Pick<LogLine, "level" | "source">): boolean {
  const { levels, sources } = filter;
  if (levels.length > 0 && !levels.includes(line.level)) return false;
  return sources.length === 0 || sources.includes(line.source);
}

export function isAll(filter: LogFilter): boolean {
  return filter.levels.length === 0 && filter.sources.length === 0;
}

/** `error,warning` of the address, and back. */
export function namesOf(text: string | undefined): string[] {
  return text ? text.split(",").filter((name) => name !== "") : [];
}

export function textOf(names: readonly string[]): string | undefined {
  return names.length > 0 ? names.join(",") : undefined;
}
