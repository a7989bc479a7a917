import type { Express } from "express";
import { domainError } from "#libs/core/errors.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { Route } from "./define-route.ts";
import { runRoute } from "./run-route.ts";

/** Puts the routes into the application; a known path with another method is told which ones it takes. */
export function mountRoutes(app: Express, routes: readonly Route[], api: ApiDeps): void {
  const ordered = [...routes].sort((a, b) => parameterCount(a.path) - parameterCount(b.path));
  for (const route of ordered) {
    app[route.method](expressPath(route.path), async (request, response) => {
      response.locals["route"] = route.path;
      await runRoute(api, route, request, response);
    });
  }
  for (const path of new Set(ordered.map((route) => route.path))) {
    const methods = routes.filter((route) => route.path === path).map((route) => route.method.toUpperCase());
    const allow = (methods.includes("GET") ? [...methods, "HEAD"] : methods).sort().join(", ");
    app.all(expressPath(path), (request, response) => {
      response.locals["route"] = path;
      throw domainError("method_not_allowed", `${path} takes ${allow}, not ${request.method}.`, { allow });
    });
  }
}

/** Fixed paths go before those with parameters: `/v1/jobs/retry` is no job's id. */
function parameterCount(path: string): number {
  return path.split("{").length - 1;
}

/** `/v1/customers/{id}` -> `/v1/customers/:id`. */
function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}
