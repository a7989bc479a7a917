import { createServer, type ServerOptions } from "node:http";
import { bootstrapApiKey } from "#libs/billing/catalog/bootstrap-api-key.ts";
import { ConfigError, type Config } from "#libs/platform/config.ts";
import { assertMasterKeys } from "../assert-master-keys.ts";
import type { ApiConfig } from "./api-deps.ts";
import { createApp } from "./create-app.ts";

export type RunningApi = {
  readonly port: number;
  /** Takes no more requests, lets those in hand end within `drainMs`, then cuts them. */
  readonly close: (drainMs?: number) => Promise<void>;
};

/** Who sends a request slowly is cut off with 408: many of them would hold what others need. */
const patience = { requestTimeout: 60_000, headersTimeout: 15_000, keepAliveTimeout: 65_000 };

/**
 * Listens on `config.PORT` (0: any free one). Makes the bootstrap key first, when there is one.
 * @throws ConfigError for a port that is taken, and when MASTER_KEY lacks a key that is used
 */
export async function startApi(
  config: Config,
  built: Pick<ApiConfig, "deps" | "queues">,
  host?: string,
  limits: ServerOptions = patience,
): Promise<RunningApi> {
  const { deps } = built;
  await assertMasterKeys(deps);
  if (config.BOOTSTRAP_API_KEY !== undefined) {
    const made = await bootstrapApiKey(deps.database, config.BOOTSTRAP_API_KEY);
    if (made.isNew) deps.logger.info("bootstrap key made", { tenant_id: made.tenantId });
  }
  const app = createApp({ ...built, ...apiSettings(config), startedAt: new Date() });
  const server = createServer(limits, app);
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(asPortProblem(error, config.PORT)));
    server.listen(config.PORT, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : config.PORT);
    });
  });
  deps.logger.info("api listening", { port });
  return {
    port,
    close: (drainMs = 10_000) =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), drainMs);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function asPortProblem(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== "EADDRINUSE") return error;
  return new ConfigError([
    { variable: "PORT", given: `given ${port}, which is taken`, allowed: "a port that is free" },
  ]);
}

function apiSettings(config: Config): Pick<ApiConfig, "admin" | "stripeWebhookSecret" | "trustProxy"> {
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = config;
  return {
    admin: email === undefined || password === undefined ? null : { email, password },
    stripeWebhookSecret: config.stripe?.webhookSecret ?? null,
    trustProxy: config.TRUST_PROXY,
  };
}
