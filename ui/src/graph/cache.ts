/** Layouts that were worked out once, kept in this browser by the hash of their plan. */

import type { Layout } from "./types";

const NAME = "narae-graph";
const STORE = "layouts";
/** Beyond so many, those that were not used for longest go. */
const KEPT_MAX = 200;

interface Row {
  hash: string;
  layout: Layout;
  usedAt: number;
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error ?? new Error("IndexedDB")));
  });
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, 1);
  request.addEventListener("upgradeneeded", () => {
    const store = request.result.createObjectStore(STORE, { keyPath: "hash" });
    store.createIndex("usedAt", "usedAt");
  });
  return done(request);
}

let database: Promise<IDBDatabase> | null = null;

async function rows(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  database ??= open();
  return (await database).transaction(STORE, mode).objectStore(STORE);
}

/** The layout; null if there is none, or the browser keeps nothing (private windows). */
export async function kept(hash: string, now = Date.now()): Promise<Layout | null> {
  try {
    const store = await rows("readwrite");
    const row = (await done(store.get(hash))) as Row | undefined;
    if (!row) return null;
    store.put({ ...row, usedAt: now } satisfies Row);
    return row.layout;
  } catch {
    return null;
  }
}

export async function keep(hash: string, layout: Layout, now = Date.now()): Promise<void> {
  try {
    const store = await rows("readwrite");
    await done(store.put({ hash, layout, usedAt: now } satisfies Row));
    const surplus = (await done(store.count())) - KEPT_MAX;
    if (surplus <= 0) return;
    const oldest = await done(store.index("usedAt").getAllKeys(null, surplus));
    for (const key of oldest) store.delete(key);
  } catch {
    // The layout is worked out again next time.
  }
}
