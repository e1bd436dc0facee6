/** What a backfill would do, in words: how many runs, and why some are left out. */

export interface Planned {
  logical_date: string;
  left_out: string | null;
}

export type Reason =
  | { key: "busy" | "ran"; state: string }
  | { key: "notDue"; at: string }
  /** In the server's words. */
  | { key: "other"; words: string };

const BUSY = /^in progress: (\w+)$/;
const RAN = /^already ran: (\w+)$/;
const NOT_DUE = /^not due before (\S+?);/;

export function reasonOf(words: string): Reason {
  const busy = BUSY.exec(words)?.[1];
  if (busy) return { key: "busy", state: busy };
  const ran = RAN.exec(words)?.[1];
  if (ran) return { key: "ran", state: ran };
  const at = NOT_DUE.exec(words)?.[1];
  if (at && !Number.isNaN(Date.parse(at))) return { key: "notDue", at };
  return { key: "other", words };
}

export function countsOf(planned: readonly Planned[]): { runs: number; leftOut: number } {
  const leftOut = planned.filter((each) => each.left_out !== null).length;
  return { runs: planned.length - leftOut, leftOut };
}

export interface Draft {
  from: string | undefined;
  until: string | undefined;
  reprocess: "none" | "failed" | "completed";
  runsAtOnce: number | string;
  isBackwards: boolean;
  isLatest: boolean;
  conf: string;
}

export const RUNS_AT_ONCE_MAX = 10_000;

export const NEW_DRAFT: Draft = {
  from: undefined,
  until: undefined,
  reprocess: "none",
  runsAtOnce: 10,
  isBackwards: false,
  isLatest: false,
  conf: "",
};

export interface Body {
  dag_id: string;
  from_date: string;
  to_date: string;
  run_backwards: boolean;
  dag_run_conf: Record<string, never> | null;
  reprocess_behavior: Draft["reprocess"];
  max_active_runs: number;
  run_on_latest_version: boolean;
}

export type Wrong = "dates" | "order" | "runsAtOnce" | "conf";

/** What is asked for, or which part of the form keeps it from being asked. */
export function bodyOf(dagId: string, draft: Draft): { body: Body } | { wrong: Wrong } {
  const { from, until, runsAtOnce } = draft;
  if (!from || !until) return { wrong: "dates" };
  if (Date.parse(until) < Date.parse(from)) return { wrong: "order" };
  const count = Number(runsAtOnce);
  if (runsAtOnce === "" || !Number.isInteger(count) || count < 1 || count > RUNS_AT_ONCE_MAX) {
    return { wrong: "runsAtOnce" };
  }
  const conf = confOf(draft.conf);
  if (conf === undefined) return { wrong: "conf" };
  return {
    body: {
      dag_id: dagId,
      from_date: from,
      to_date: until,
      run_backwards: draft.isBackwards,
      dag_run_conf: conf,
      reprocess_behavior: draft.reprocess,
      max_active_runs: count,
      // Runs that are new have the latest code anyway.
      run_on_latest_version: draft.isLatest && draft.reprocess !== "none",
    },
  };
}

/** Undefined: the text is no JSON object. */
function confOf(text: string): Record<string, never> | null | undefined {
  if (text.trim() === "") return null;
  try {
    const found: unknown = JSON.parse(text);
    const isObject = typeof found === "object" && found !== null && !Array.isArray(found);
    return isObject ? (found as Record<string, never>) : undefined;
  } catch {
    return undefined;
  }
}
