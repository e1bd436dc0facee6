import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { Suspense } from "react";

import { Waiting } from "../components/Query";
import { makeRouter } from "../routes/router";
import { makeClient } from "./client";
import { nonce } from "./nonce";
import { theme } from "./theme";

const client = makeClient();
const router = makeRouter(client);
const colours = localStorageColorSchemeManager({ key: "narae.scheme" });

export function App() {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={colours}
      getStyleNonce={nonce}
    >
      <Notifications position="bottom-right" limit={5} />
      <QueryClientProvider client={client}>
        <Suspense fallback={<Waiting />}>
          <RouterProvider router={router} />
        </Suspense>
      </QueryClientProvider>
    </MantineProvider>
  );
}
