/** The grid as values: rows of tasks and groups, columns of runs, and what stands where. */

import type { Answer } from "../../api/query";
import { worst, type State } from "../../lib/states";

export type Grid = Answer<"/api/v2/grid/{dag_id}">;
export type GridRun = Grid["runs"][number];
export type Structure = Answer<"/api/v2/structure/{dag_id}">;

export interface Row {
  id: string;
  label: string;
  depth: number;
  kind: "task" | "group";
  isMapped: boolean;
  isOpen: boolean;
  /** The tasks that the row stands for. */
  taskIds: readonly string[];
}

export interface CellFacts {
  state: State;
  tryNumber: number;
  start: number | null;
  end: number | null;
  hasNote: boolean;
  /** How many instances, by state: of mapped tasks and of groups. */
  counts: ReadonlyMap<State, number>;
  total: number;
}

interface Branch {
  id: string | null;
  label: string;
  isMapped: boolean;
  groups: Map<string, Branch>;
  /** Tasks and groups in the order in which they come. */
  order: ({ task: Structure["nodes"][number] } | { group: Branch })[];
}

function branch(id: string | null, label: string, isMapped: boolean): Branch {
  return { id, label, isMapped, groups: new Map(), order: [] };
}

/** Groups stand where the first of their tasks does. */
function treeOf(structure: Structure): Branch {
  const root = branch(null, "", false);
  const branches = new Map<string, Branch>();
  const parents = new Map<string, string | null>();
  for (const group of structure.groups) {
    branches.set(group.group_id, branch(group.group_id, group.label, group.is_mapped));
    parents.set(group.group_id, group.parent_id);
  }
  const placed = new Set<string>();
  const place = (groupId: string): Branch => {
    const own = branches.get(groupId);
    if (!own) return root;
    if (!placed.has(groupId)) {
      placed.add(groupId);
      const parentId = parents.get(groupId) ?? null;
      const parent = parentId === null ? root : place(parentId);
      parent.order.push({ group: own });
    }
    return own;
  };
  for (const task of structure.nodes) {
    const home = task.group_id === null ? root : place(task.group_id);
    home.order.push({ task });
  }
  return root;
}

function tasksIn(tree: Branch): string[] {
  return tree.order.flatMap((part) => ("task" in part ? [part.task.task_id] : tasksIn(part.group)));
}

/** The rows from top to bottom; what is in a folded group has none. */
export function rowsOf(structure: Structure, folded: ReadonlySet<string>): Row[] {
  const rows: Row[] = [];
  const walk = (tree: Branch, depth: number) => {
    for (const part of tree.order) {
      if ("task" in part) {
        const { task_id: id, label, is_mapped: isMapped } = part.task;
        rows.push({ id, label, depth, kind: "task", isMapped, isOpen: false, taskIds: [id] });
        continue;
      }
      const { group } = part;
      const id = group.id ?? "";
      const isOpen = !folded.has(id);
      const taskIds = tasksIn(group);
      const { label, isMapped } = group;
      rows.push({ id, label, depth, kind: "group", isMapped, isOpen, taskIds });
      if (isOpen) walk(group, depth + 1);
    }
  };
  walk(treeOf(structure), 0);
  return rows;
}

/** Everything of one run by task id. */
export function tasksOf(run: GridRun): Map<string, CellFacts> {
  const found = new Map<string, CellFacts>();
  for (const [taskId, state, tryNumber, start, end, note] of run.cells) {
    const counts = new Map<State, number>([[state, 1]]);
    found.set(taskId, { state, tryNumber, start, end, hasNote: note === 1, counts, total: 1 });
  }
  const mapped = new Map<string, CellFacts[]>();
  for (const [taskId, state, count, tryNumber, start, end] of run.mapped) {
    const counts = new Map<State, number>([[state, count]]);
    const part = { state, tryNumber, start, end, hasNote: false, counts, total: count };
    mapped.set(taskId, [...(mapped.get(taskId) ?? []), part]);
  }
  for (const [taskId, parts] of mapped) found.set(taskId, joined(parts));
  return found;
}

/** Many as one: the worst state, from the first start to the last end. */
export function joined(parts: readonly CellFacts[]): CellFacts {
  const counts = new Map<State, number>();
  for (const part of parts) {
    for (const [state, count] of part.counts) counts.set(state, (counts.get(state) ?? 0) + count);
  }
  const starts = parts.flatMap(({ start }) => (start === null ? [] : [start]));
  const ends = parts.flatMap(({ end }) => (end === null ? [] : [end]));
  return {
    state: worst(counts.keys()),
    tryNumber: Math.max(0, ...parts.map(({ tryNumber }) => tryNumber)),
    start: starts.length > 0 ? Math.min(...starts) : null,
    end: ends.length === parts.length && ends.length > 0 ? Math.max(...ends) : null,
    hasNote: parts.some(({ hasNote }) => hasNote),
    counts,
    total: parts.reduce((sum, { total }) => sum + total, 0),
  };
}

/** What a row shows of a run; null where the run knows none of its tasks. */
export function cellOf(row: Row, tasks: ReadonlyMap<string, CellFacts>): CellFacts | null {
  const parts = row.taskIds.flatMap((taskId) => tasks.get(taskId) ?? []);
  if (parts.length === 0) return null;
  const [only] = parts;
  return row.kind === "task" && only ? only : joined(parts);
}

/** Milliseconds from start to end, or to `now` while it runs; null before it has started. */
export function lastingMs(run: GridRun, now: number): number | null {
  if (run.start_date === null) return null;
  const end = run.end_date === null ? now : Date.parse(run.end_date);
  return Math.max(0, end - Date.parse(run.start_date));
}

/** Heights of the bars, 0 to 1, by the longest run. Short runs stay to be seen. */
export function heights(runs: readonly GridRun[], now: number): number[] {
  const lasting = runs.map((run) => lastingMs(run, now) ?? 0);
  const longest = Math.max(1, ...lasting);
  return lasting.map((ms) => Math.max(0.06, ms / longest));
}

/** Columns before which the DAG's version changed. */
export function versionBreaks(runs: readonly GridRun[]): Set<number> {
  const found = new Set<number>();
  runs.forEach((run, column) => {
    const former = runs[column - 1];
    if (former && former.version_number !== run.version_number) found.add(column);
  });
  return found;
}

/** How many cells of all runs have each state. */
export function legendCounts(tasks: readonly ReadonlyMap<string, CellFacts>[]): Map<State, number> {
  const found = new Map<State, number>();
  for (const ofRun of tasks) {
    for (const cell of ofRun.values()) {
      for (const [state, count] of cell.counts) found.set(state, (found.get(state) ?? 0) + count);
    }
  }
  return found;
}
