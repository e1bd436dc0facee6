/** Keeps one event stream for all tabs: browsers allow six connections to a host over HTTP/1.1. */

import type { LiveMessage } from "./changes";
import { openStream } from "./feed";

const scope = globalThis as unknown as {
  addEventListener(type: "connect", take: (event: MessageEvent) => void): void;
};
const ports = new Set<MessagePort>();
let close: (() => void) | null = null;
let last: LiveMessage | null = null;

function tell(message: LiveMessage): void {
  if (message.type === "connected" || message.type === "lost") last = message;
  for (const port of ports) port.postMessage(message);
}

function leave(port: MessagePort): void {
  ports.delete(port);
  if (ports.size === 0) {
    close?.();
    close = null;
    last = null;
  }
}

scope.addEventListener("connect", (event) => {
  const [port] = event.ports;
  if (!port) return;
  ports.add(port);
  port.addEventListener("message", (message) => {
    if (message.data === "leave") leave(port);
  });
  port.start();
  if (last) port.postMessage(last);
  close ??= openStream(tell);
});
