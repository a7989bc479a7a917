import express, { type Express } from "express";
import { openEventIntake } from "#libs/billing/usage/event-intake.ts";
import type { ApiConfig, ApiDeps } from "./api-deps.ts";
import { createApiMetrics } from "./api-metrics.ts";
import { mountConsole } from "./console/mount-console.ts";
import { accessLog } from "./middleware/access-log.ts";
import { errorResponse, unknownRoute } from "./middleware/error-response.ts";
import { createKnownKeys } from "./middleware/known-keys.ts";
import { createRateLimiter } from "./middleware/rate-limit.ts";
import { createTryLimit } from "./middleware/try-limit.ts";
import { requestId } from "./middleware/request-id.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import { mountRoutes } from "./mount-routes.ts";
import { allRoutes } from "./routes/all-routes.ts";

/** Generous: a client that sends faster should send bigger batches. */
const requestsPerMinute = 6_000;

/** The HTTP application; listens to nothing by itself. */
export function createApp(config: ApiConfig): Express {
  const { database } = config.deps;
  const api: ApiDeps = {
    ...config,
    metrics: createApiMetrics(database),
    limiter: createRateLimiter(database, {
      limit: config.requestsPerMinute ?? requestsPerMinute,
      windowMs: 60_000,
    }),
    tries: createTryLimit(database, config.queues),
    knownKeys: createKnownKeys(),
    intake: openEventIntake(config.deps),
  };
  const app = express();
  app.disable("x-powered-by");
  app.set("etag", false);
  app.set("query parser", "simple");
  if (config.trustProxy !== undefined) app.set("trust proxy", trustOf(config.trustProxy));
  app.use(requestId, accessLog(api), securityHeaders);
  mountConsole(app, api);
  mountRoutes(app, allRoutes, api);
  app.get("/", (_request, response) => {
    response.locals["route"] = "/";
    response.redirect(302, "/docs");
  });
  app.use(unknownRoute);
  app.use(errorResponse(api));
  return app;
}

/** `true`, a number of hops, or names and networks, as Express reads them. */
function trustOf(value: string): boolean | number | string {
  if (value === "true" || value === "false") return value === "true";
  return /^\d+$/.test(value) ? Number(value) : value;
}
