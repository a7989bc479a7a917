import Stripe from "stripe";
import { type CallGate, gatedHttpClient } from "./call-gate.ts";

/** A tenant's own account, and the secret key by which it is called. */
export type StripeAccountKey = { readonly account: string; readonly apiKey: string };

export type StripeClient = Stripe & {
  /** Its key moves real money. */
  readonly isLive: boolean;
  /** Whose key it is; "" the installation's. */
  readonly account: string;
  /** The same Stripe by the key of a tenant's own account, with a gate of its own: one client for each key. */
  readonly ofAccount: (key: StripeAccountKey) => StripeClient;
};

type ClientConfig = {
  readonly apiKey: string;
  readonly apiBase: string | null;
  /** What stands before every call of an account. */
  readonly gateOf?: (account: string) => CallGate;
};

/**
 * The official SDK with the installation's key, pinned to its own API version. Retries are ours (effects), so the SDK makes one
 * try; it may still repeat a request whose connection was cut, which is why every write carries an idempotency key.
 */
export function createStripeClient(config: ClientConfig): StripeClient {
  const known = new Map<string, { readonly apiKey: string; readonly client: StripeClient }>();
  const ofAccount = ({ account, apiKey }: StripeAccountKey): StripeClient => {
    const found = known.get(account);
    if (found?.apiKey === apiKey) return found.client;
    // A key that was replaced is forgotten with its client: an account has one.
    const client = newClient(config, { account, apiKey }, ofAccount);
    known.set(account, { apiKey, client });
    return client;
  };
  return newClient(config, { account: "", apiKey: config.apiKey }, ofAccount);
}

/** Whether a secret or restricted key of Stripe moves real money; null when it is none. */
export function stripeKeyMode(apiKey: string): "live" | "test" | null {
  const mode = /^[rs]k_(live|test)_\S+$/.exec(apiKey)?.[1];
  return mode === "live" || mode === "test" ? mode : null;
}

function newClient(
  { apiBase, gateOf }: ClientConfig,
  { account, apiKey }: StripeAccountKey,
  ofAccount: StripeClient["ofAccount"],
): StripeClient {
  const base = apiBase === null ? null : new URL(apiBase);
  const client = new Stripe(apiKey, {
    maxNetworkRetries: 0,
    timeout: 20_000,
    telemetry: false,
    ...(gateOf === undefined ? {} : { httpClient: gatedHttpClient(gateOf(account)) }),
    ...(base === null
      ? {}
      : {
          host: base.hostname,
          port: base.port,
          protocol: base.protocol === "http:" ? ("http" as const) : ("https" as const),
        }),
  });
  return Object.assign(client, { isLive: stripeKeyMode(apiKey) === "live", account, ofAccount });
}
