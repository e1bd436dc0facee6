import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, redirect } from "@tanstack/react-router";

import { ApiProblem } from "../api/client";
import { ME } from "../api/me";
import { get } from "../api/query";
import { compact, text, type Raw } from "../lib/dagSearch";
import { page } from "./lazy";

export interface RouterContext {
  client: QueryClient;
}

export const root = createRootRouteWithContext<RouterContext>()();

export const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (raw: Raw) => compact({ next: text(raw, "next"), logout: text(raw, "logout") }),
  component: page(() => import("../features/account/LoginPage"), "account"),
});

/** Everything behind the login. */
export const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async ({ context, location }) => {
    try {
      await context.client.ensureQueryData(ME);
      // The frame asks for it, too; here it comes while the frame is still loaded.
      void context.client.prefetchQuery(get("/api/v2/ui/config", {}));
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) {
        throw redirect({ to: "/login", search: { next: location.href } });
      }
      throw error;
    }
  },
  component: page(() => import("../app/Frame"), "frame"),
});
