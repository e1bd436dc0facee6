/** One event stream for all tabs where the browser has shared workers, else one for each. */

import type { Change, LiveMessage } from "./changes";

const URL_OF_EVENTS = "/api/v2/events";

export type Listener = (message: LiveMessage) => void;

/** Opens the stream and reconnects by itself; the result closes it. */
export function openStream(listen: Listener): () => void {
  const source = new EventSource(URL_OF_EVENTS);
  let wasOpen = false;
  source.addEventListener("open", () => {
    wasOpen = true;
    listen({ type: "connected" });
  });
  source.addEventListener("message", (event: MessageEvent<string>) => {
    listen({ type: "change", change: JSON.parse(event.data) as Change });
  });
  source.addEventListener("reset", () => listen({ type: "everything" }));
  let again: ReturnType<typeof setTimeout> | undefined;
  let stop = () => source.close();
  source.addEventListener("error", () => {
    listen({ type: "lost" });
    // A refused stream (401, 5xx) is closed for good by the browser: try again later.
    if (source.readyState === EventSource.CLOSED) {
      again = setTimeout(
        () => {
          stop = openStream((message) => {
            // What came in between is unknown: this stream has no id to resume from.
            if (message.type === "connected") listen({ type: "everything" });
            listen(message);
          });
        },
        wasOpen ? 1_000 : 5_000,
      );
    }
  });
  return () => {
    clearTimeout(again);
    stop();
  };
}

/** Listens through the worker that all tabs share, or alone. */
export function subscribe(listen: Listener): () => void {
  if (typeof SharedWorker === "undefined") return openStream(listen);
  const worker = new SharedWorker(new URL("./shared.worker.ts", import.meta.url), {
    type: "module",
    name: "narae-live",
  });
  worker.port.addEventListener("message", (event: MessageEvent<LiveMessage>) => {
    listen(event.data);
  });
  worker.port.start();
  const leave = () => worker.port.postMessage("leave");
  window.addEventListener("pagehide", leave);
  return () => {
    window.removeEventListener("pagehide", leave);
    leave();
    worker.port.close();
  };
}
