import { createRouter } from "@tanstack/react-router";
import type { QueryClient } from "@tanstack/react-query";

import { Waiting } from "../components/Query";
import { NotFound, Stopped } from "../components/Stopped";
import { dagRoutes } from "./dag";
import { pageRoutes } from "./pages";
import { inside, login, root } from "./root";

const tree = root.addChildren([login, inside.addChildren([...pageRoutes, ...dagRoutes])]);

export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { client },
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    defaultPendingComponent: Waiting,
    defaultErrorComponent: Stopped,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
