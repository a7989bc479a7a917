import type { ErrorRequestHandler, RequestHandler, Response } from "express";
import {
  DomainError,
  domainError,
  type ErrorCode,
  type ErrorPlace,
  errorTable,
  httpStatusByKind,
} from "#libs/core/errors.ts";
import { isDatabaseUnavailable } from "#libs/data/database-failure.ts";
import type { ApiDeps } from "../api-deps.ts";
import { requestIdOf } from "./request-id.ts";

export const problemType = "application/problem+json";

/** RFC 9457. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly request_id: string;
  readonly errors: readonly ErrorPlace[];
};

export type ProblemAnswer = {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
  /** Nobody threw it on purpose: it goes into the log with its stack, and its text stays with us. */
  readonly unexpected: boolean;
};

export function statusOf(code: ErrorCode): number {
  return code === "method_not_allowed" ? 405 : httpStatusByKind[errorTable[code].kind];
}

/** What the caller is told of anything thrown; the text of an unexpected error is not part of it. */
export function describeProblem(thrown: unknown, requestId: string): ProblemAnswer {
  const error = asDomainError(thrown);
  const status = statusOf(error.code);
  return {
    problem: {
      type: `/docs/errors#${error.code}`,
      title: errorTable[error.code].title,
      status,
      detail: error.message,
      code: error.code,
      request_id: requestId,
      errors: error.details.errors ?? [],
    },
    headers: headersOf(error, status),
    unexpected: error !== thrown && status >= 500,
  };
}

function headersOf(error: DomainError, status: number): Record<string, string> {
  const headers: Record<string, string> = {};
  const wait = error.details["retryAfterSeconds"];
  if (status === 429 || status === 503 || error.code === "idempotency_key_in_progress") {
    headers["Retry-After"] = String(typeof wait === "number" ? Math.max(1, Math.ceil(wait)) : 1);
  }
  if (status === 401) headers["WWW-Authenticate"] = 'Bearer realm="billwright"';
  const allow = error.details["allow"];
  if (status === 405 && typeof allow === "string") headers["Allow"] = allow;
  return headers;
}

function asDomainError(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) {
    return thrown.kind === "internal" ? domainError("internal", errorTable.internal.title) : thrown;
  }
  if (isDatabaseUnavailable(thrown)) return domainError("database_unavailable");
  const status = statusIn(thrown);
  if (status === 400) return domainError("request_malformed", "The path cannot be decoded.");
  return domainError("internal");
}

/** Express marks what it refuses by itself with a status. */
function statusIn(thrown: unknown): number | undefined {
  if (thrown === null || typeof thrown !== "object" || !("status" in thrown)) return undefined;
  return typeof thrown.status === "number" ? thrown.status : undefined;
}

/** The one place that answers errors. */
export function errorResponse(api: ApiDeps): ErrorRequestHandler {
  return (thrown: unknown, _request, response, _next) => {
    const answer = describeProblem(thrown, requestIdOf(response));
    if (answer.unexpected) {
      api.deps.logger.error("request failed", {
        request_id: requestIdOf(response),
        route: response.locals["route"],
        tenant_id: response.locals["tenantId"],
        error: thrown instanceof Error ? thrown : new Error(String(thrown)),
      });
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    sendProblem(response, answer);
  };
}

function sendProblem(response: Response, { problem, headers }: ProblemAnswer): void {
  const { headers: sent, readableEnded } = response.req;
  const hasBody = sent["transfer-encoding"] !== undefined || Number(sent["content-length"] ?? 0) > 0;
  if (hasBody && !readableEnded) response.setHeader("Connection", "close"); // nobody will read the rest
  response.status(problem.status).set(headers).type(problemType).send(JSON.stringify(problem));
}

export const unknownRoute: RequestHandler = (request) => {
  throw domainError("route_not_found", `There is no ${request.method} ${request.path}; see /docs.`);
};
