import type { RequestHandler } from "express";
import type { ApiDeps } from "../api-deps.ts";
import { requestIdOf } from "./request-id.ts";

/** Whoever holds a payment link's token may see the invoice: it stays out of logs. */
function withoutToken(path: string): string {
  return path.replace(/^\/public\/pay\/[^/]+/i, "/public/pay/{token}");
}

/** One line and one observation for each request, with the route's pattern instead of its ids. */
export function accessLog(api: ApiDeps): RequestHandler {
  return (request, response, next) => {
    const started = process.hrtime.bigint();
    response.once("close", () => {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      const route = String(response.locals["route"] ?? "unmatched");
      api.metrics.observeRequest({ method: request.method, route, status: response.statusCode, seconds });
      const level = /^\/(health|metrics)/.test(request.path) ? "debug" : "info";
      if (!api.deps.logger.isLevelEnabled(level)) return; // a line costs as much when nobody gets it
      api.deps.logger.log(level, "request", {
        request_id: requestIdOf(response),
        method: request.method,
        route,
        path: withoutToken(request.path),
        status: response.statusCode,
        duration_ms: Math.round(seconds * 1_000),
        tenant_id: response.locals["tenantId"],
        key_id: response.locals["keyId"],
        complete: response.writableFinished,
      });
    });
    next();
  };
}
