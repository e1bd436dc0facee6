import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "./theme.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { startI18n } from "../i18n/i18n";
import { App } from "./App";
import { nonce } from "./nonce";

declare global {
  /** Where `get-nonce`, by which open dialogs keep the page from scrolling, looks for it. */
  var __webpack_nonce__: string | undefined;
}

async function start(): Promise<void> {
  globalThis.__webpack_nonce__ = nonce();
  await startI18n();
  const place = document.getElementById("root");
  if (!place) throw new Error("index.html has no #root");
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}

void start();
