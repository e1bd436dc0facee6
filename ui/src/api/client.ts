/** The one way to the API: typed paths, the session's CSRF token, errors as `ApiProblem`. */

import createClient, { type Middleware } from "openapi-fetch";

import type { paths } from "./schema";
import type { paths as pathsV1 } from "./schema.v1";

/** An answer that is an error (RFC 9457), or no answer at all (`status` 0). */
export class ApiProblem extends Error {
  readonly status: number;
  /** Which part of the request is wrong. */
  readonly field: string | null;

  constructor(status: number, detail: string, field: string | null = null) {
    super(detail);
    this.name = "ApiProblem";
    this.status = status;
    this.field = field;
  }

  get isOffline(): boolean {
    return this.status === 0;
  }
}

let csrf: string | null = null;

/** To be called with `csrf_token` of each answer about oneself. */
export function keepCsrf(token: string | null): void {
  csrf = token;
}

const SAFE = new Set(["GET", "HEAD"]);

const session: Middleware = {
  onRequest({ request }) {
    if (csrf && !SAFE.has(request.method)) request.headers.set("X-CSRF-Token", csrf);
    return request;
  },
  async onResponse({ response }) {
    if (response.ok || response.status === 304) return undefined;
    throw await problemOf(response);
  },
  onError({ error }) {
    if (error instanceof ApiProblem) return error;
    if (error instanceof DOMException && error.name === "AbortError") return error;
    return new ApiProblem(0, "no answer");
  },
};

/** What an answer that is no success says is wrong. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null);
  const { detail, title, field } = (body ?? {}) as Record<string, unknown>;
  const words = typeof detail === "string" ? detail : title;
  return new ApiProblem(
    response.status,
    typeof words === "string" ? words : response.statusText || String(response.status),
    typeof field === "string" ? field : null,
  );
}

const OPTIONS = {
  baseUrl: "",
  credentials: "same-origin",
  querySerializer: { array: { style: "form", explode: true } },
} as const;

export const api = createClient<paths>(OPTIONS);
/** Airflow 2's API, for the few things that only it has: users and roles. */
export const apiV1 = createClient<pathsV1>(OPTIONS);
api.use(session);
apiV1.use(session);
