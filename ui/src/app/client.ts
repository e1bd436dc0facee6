import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";

import { ApiProblem } from "../api/client";

const RETRIES_MAX = 3;

/** Errors that another try can't change. */
function isFinal(error: Error): boolean {
  return error instanceof ApiProblem && error.status >= 400 && error.status < 500;
}

/** The session is over: log in again, and come back here. */
function goToLogin(error: Error): void {
  if (!(error instanceof ApiProblem) || error.status !== 401) return;
  const { pathname, search, hash } = window.location;
  if (pathname === "/login") return;
  window.location.assign(`/login?next=${encodeURIComponent(pathname + search + hash)}`);
}

export function makeClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: goToLogin }),
    mutationCache: new MutationCache({ onError: goToLogin }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 5 * 60_000,
        retry: (count, error) => !isFinal(error) && count < RETRIES_MAX,
        refetchOnWindowFocus: false,
      },
    },
  });
}
