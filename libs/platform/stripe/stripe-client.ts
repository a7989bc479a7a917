import Stripe from "stripe";
import { type CallGate, gatedHttpClient } from "./call-gate.ts";

/** `isLive`: its key moves real money. */
export type StripeClient = Stripe & { readonly isLive: boolean };

/**
 * The official SDK, pinned to its own API version. Retries are ours (effects), so the SDK makes one try; it may
 * still repeat a request whose connection was cut, which is why every write carries an idempotency key.
 */
export function createStripeClient(config: {
  readonly apiKey: string;
  readonly apiBase: string | null;
  /** Stands before every call. */
  readonly gate?: CallGate;
}): StripeClient {
  const base = config.apiBase === null ? null : new URL(config.apiBase);
  const client = new Stripe(config.apiKey, {
    maxNetworkRetries: 0,
    timeout: 20_000,
    telemetry: false,
    ...(config.gate === undefined ? {} : { httpClient: gatedHttpClient(config.gate) }),
    ...(base === null
      ? {}
      : {
          host: base.hostname,
          port: base.port,
          protocol: base.protocol === "http:" ? ("http" as const) : ("https" as const),
        }),
  });
  return Object.assign(client, { isLive: /^[rs]k_live_/.test(config.apiKey) });
}
