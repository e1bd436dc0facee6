/** Keeps the cache true: refetches what is on screen when the server says that it changed. */

import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { touches, type Change } from "./changes";
import { subscribe } from "./feed";

const PAUSE_MS = 150;

/** Gathers changes: the first goes through at once, those within the pause together after it. */
class Gatherer {
  private waiting: Change[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly client: QueryClient;

  constructor(client: QueryClient) {
    this.client = client;
  }

  take(change: Change): void {
    this.waiting.push(change);
    if (this.timer === null) this.flush();
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }

  /** What is being fetched right now may have been read before the change: it has to wait. */
  private flush(): void {
    const changes = this.waiting;
    this.timer = null;
    if (changes.length === 0) return;
    const fetching = this.client.getQueryCache().findAll({ fetchStatus: "fetching" });
    this.waiting = changes.filter((change) => fetching.some((query) => touches(change, query)));
    void this.client.invalidateQueries({
      predicate: (query) =>
        query.state.fetchStatus !== "fetching" && changes.some((change) => touches(change, query)),
    });
    this.timer = setTimeout(() => this.flush(), PAUSE_MS);
  }
}

/** Whether changes come in. `enabled`: somebody is logged in. */
export function useLive(enabled: boolean): { isConnected: boolean } {
  const client = useQueryClient();
  const [isConnected, setConnected] = useState(true);
  useEffect(() => {
    if (!enabled) return undefined;
    const gatherer = new Gatherer(client);
    let wasLost = false;
    const leave = subscribe((message) => {
      if (message.type === "change") gatherer.take(message.change);
      if (message.type === "everything") void client.invalidateQueries();
      if (message.type === "connected") {
        setConnected(true);
        if (wasLost) void client.invalidateQueries();
        wasLost = false;
      }
      if (message.type === "lost") {
        setConnected(false);
        wasLost = true;
      }
    });
    return () => {
      gatherer.close();
      leave();
    };
  }, [client, enabled]);
  return { isConnected };
}
