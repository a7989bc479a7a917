import { join } from "node:path";
import { openNdjsonLog } from "../ndjson-log.ts";
import type { WebhookEndpoint } from "../stripe/webhook-deliveries.ts";

/** Where Stripe's webhooks go; a change survives a restart unless the start itself names an endpoint. */
export type WebhookSettings = {
  readonly endpoint: () => WebhookEndpoint | undefined;
  readonly change: (endpoint: { readonly url: string | null; readonly secret?: string | undefined }) => void;
};

type Given = { readonly url: string | undefined; readonly secret: string };

/** Opens `webhooks.ndjson` in the data directory. */
export function openWebhookSettings(dataDir: string, given: Given): WebhookSettings {
  let url: string | null = null;
  let { secret } = given;
  const log = openNdjsonLog<{ url: string | null; secret: string | null }>(
    join(dataDir, "webhooks.ndjson"),
    (stored) => {
      url = stored.url;
      if (stored.secret !== null) secret = stored.secret;
    },
  );
  if (given.url !== undefined) {
    url = given.url;
    secret = given.secret;
  }
  return {
    endpoint: () => (url === null ? undefined : { url, secret }),
    change: (next) => {
      log.append({ url: next.url, secret: next.secret ?? null });
      url = next.url;
      if (next.secret !== undefined) secret = next.secret;
    },
  };
}
