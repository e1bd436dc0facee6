/** A deployment in which something of everything has happened. */

import { setTimeout as pause } from "node:timers/promises";

import { someOfEverything } from "./dags";
import { Narae } from "./narae";

const WAIT_MS = 90_000;
const LOOK_MS = 200;

export async function startBusy(environ: Record<string, string> = {}): Promise<Narae> {
  const narae = await Narae.start({}, { NARAE__WEBSERVER__EXPOSE_CONFIG: "True", ...environ });
  try {
    await fill(narae);
    return narae;
  } catch (error) {
    await narae.remove();
    throw error;
  }
}

async function fill(narae: Narae): Promise<void> {
  await Promise.all(["more", "end"].map(async (gate) => narae.openGate(gate)));
  const files = Object.entries(someOfEverything(narae.gates));
  await Promise.all(files.map(async ([name, text]) => narae.save(name, text)));
  await Promise.all([
    run(narae, "sales", "first", "success"),
    run(narae, "orders", "first", "failed"),
    run(narae, "slow", "first", "running"),
    narae.call("POST", "/api/v2/variables", { key: "region", value: "kr", description: "Where" }),
    narae.call("POST", "/api/v2/pools", { name: "narrow", slots: 2, description: "A few" }),
    narae.call("POST", "/api/v2/connections", {
      connection_id: "shop_db",
      conn_type: "postgres",
      host: "db.example.org",
      password: "hidden",
    }),
  ]);
}

/** Switches a DAG on, once it is there, and runs it until its run has come to a state. */
async function run(narae: Narae, dag: string, id: string, state: string): Promise<void> {
  const path = `/api/v2/dags/${dag}`;
  await until(`the DAG ${dag}`, async () => narae.has(path));
  const body = { dag_run_id: id, logical_date: "2026-01-02T00:00:00Z" };
  await narae.call("POST", `${path}/dagRuns`, body);
  await narae.call("PATCH", path, { is_paused: false });
  await until(`${dag} ${state}`, async () => {
    const found = await narae.call<{ state: string }>("GET", `${path}/dagRuns/${id}`);
    return found.state === state;
  });
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + WAIT_MS;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await pause(LOOK_MS);
  }
}
