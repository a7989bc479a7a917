import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Stripe from "stripe";
import type { JournalEntry } from "./journal.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "./start-sandbox.ts";

export const webhookSecret = "whsec_test";

/** A sandbox in a folder of its own on free ports, for the contract tests. */
export type TestSandbox = {
  readonly sandbox: () => Sandbox;
  /** The official client, of the account that a key names or of the one of all other keys. */
  readonly stripe: (apiKey?: string) => Stripe;
  /** Stops it and starts it again on the same folder. */
  readonly restart: (options?: Partial<SandboxOptions>) => Promise<void>;
  readonly control: <T>(method: string, path: string, body?: unknown) => Promise<T>;
  readonly journal: (query?: string) => Promise<readonly JournalEntry[]>;
  readonly end: () => Promise<void>;
};

/** Starts one; call `end` afterwards. */
export async function startTestSandbox(given: Partial<SandboxOptions> = {}): Promise<TestSandbox> {
  const dataDir = mkdtempSync(join(tmpdir(), "billwright-sandbox-"));
  const failures: unknown[] = [];
  const logger = { error: (_message: string, details?: unknown) => failures.push(details) };
  const start = (options: Partial<SandboxOptions>): Promise<Sandbox> =>
    startSandbox({ dataDir, stripePort: 0, webhookSecret, logger, ...options });
  let sandbox = await start(given);
  const control = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${sandbox.stripeUrl}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const value = (await response.json()) as T;
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(value)}`);
    return value;
  };
  return {
    sandbox: () => sandbox,
    stripe: (apiKey) => stripeClient(sandbox.stripeUrl, apiKey),
    restart: async (options = {}) => {
      await sandbox.close();
      sandbox = await start(options);
    },
    control,
    journal: async (query = "") =>
      (await control<{ entries: JournalEntry[] }>("GET", `/_sandbox/journal${query}`)).entries,
    end: async () => {
      await sandbox.close();
      rmSync(dataDir, { recursive: true, force: true });
      if (failures.length > 0) throw new Error(`the sandbox failed: ${JSON.stringify(failures)}`);
    },
  };
}

/** The official client, pointed at the sandbox, without retries of its own. */
export function stripeClient(url: string, apiKey = "sk_test_sandbox", maxNetworkRetries = 0): Stripe {
  const { hostname, port } = new URL(url);
  return new Stripe(apiKey, {
    host: hostname,
    port: Number(port),
    protocol: "http",
    maxNetworkRetries,
    telemetry: false,
  });
}

/** Waits until `probe` gives something, or fails after ten seconds. */
export async function eventually<T>(probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 10_000;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error("waited ten seconds in vain");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof Error) return outcome as Stripe.errors.StripeError;
  throw new Error("it was not rejected");
}

export type WebhookReceiver = {
  readonly url: string;
  /** Verified events in the order of their arrival; a bad signature throws. */
  readonly events: Stripe.Event[];
  /** The path of each request. */
  readonly paths: string[];
  readonly close: () => Promise<void>;
};

/** Receives webhooks as an application would: by the official client's own verification. */
export async function receiveWebhooks(stripe: Stripe, port = 0): Promise<WebhookReceiver> {
  const events: Stripe.Event[] = [];
  const paths: string[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      paths.push(request.url ?? "");
      try {
        const signature = String(request.headers["stripe-signature"]);
        events.push(stripe.webhooks.constructEvent(Buffer.concat(chunks), signature, webhookSecret));
        response.writeHead(200).end();
      } catch {
        response.writeHead(400).end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", () => resolve()));
  const address = server.address();
  const own = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${own}/webhooks/stripe`,
    events,
    paths,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
