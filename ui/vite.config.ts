import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.NARAE_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  // The API server puts a fresh nonce in place of this word in each page that it serves.
  html: { cspNonce: "NARAE-NONCE" },
  build: {
    outDir: "../src/narae/api/static/ui",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    // What most pages share is one file, not a hundred of one icon each.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "icons", test: /@tabler/ },
            {
              name: "shared",
              test: /src\/(lib|api|components|live)\/|node_modules/,
              minShareCount: 16,
            },
          ],
        },
      },
    },
  },
  worker: { format: "es" },
  server: { proxy: { "/api": server, "/auth": server } },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test/setup.ts"],
    sequence: { shuffle: true },
  },
});
