import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { startTestSandbox, type TestSandbox, webhookSecret } from "../../apps/sandbox/sandbox-fixture.ts";
import type { Deps, PaymentLinks } from "#libs/billing/deps.ts";
import type { Causes } from "#libs/core/events.ts";
import { paymentLinkKeys } from "#libs/core/payment/payment-link-token.ts";
import { noFailpoint } from "#libs/platform/failpoint.ts";
import { createLogger } from "#libs/platform/logger.ts";
import { createSmtpMailer } from "#libs/platform/mail/smtp-mailer.ts";
import type { PdfRenderer } from "#libs/platform/pdf/pdf-renderer.ts";
import { createS3Store } from "#libs/platform/storage/s3-store.ts";
import { stripeBrowser } from "#libs/platform/stripe/stripe-browser.ts";
import { createStripeClient } from "#libs/platform/stripe/stripe-client.ts";
import { makeTenant, type TestTenant } from "./factories.ts";
import { testSecretBox } from "./test-secret-box.ts";
import { createWebhookSender } from "#libs/platform/webhook/webhook-sender.ts";
import { openTestDatabase, type TestDatabase } from "./test-database.ts";

/** A webhook as it came in: what the route hands to the verb. */
export type ReceivedWebhook = { readonly path: string; readonly rawBody: Buffer; readonly signature: string };

/** A database, a tenant and the sandbox's Stripe, SMTP and S3, all real but the printer. */
export type DeliveryWorld = {
  readonly test: TestDatabase;
  readonly tenant: TestTenant;
  readonly sandbox: TestSandbox;
  readonly deps: Deps;
  /** Everything Stripe has posted to us so far, in order of arrival. */
  readonly webhooks: ReceivedWebhook[];
  readonly fault: (fault: Readonly<Record<string, unknown>>) => Promise<void>;
  /** Rows as the owner sees them. */
  readonly rows: <T>(sql: string, values?: readonly unknown[]) => Promise<T[]>;
  readonly close: () => Promise<void>;
};

const sender = "Acme <billing@acme.example>";

/** Starts everything; call `close` in afterAll. */
export async function openDeliveryWorld(causes: Causes = () => []): Promise<DeliveryWorld> {
  const test = await openTestDatabase(causes);
  const webhooks: ReceivedWebhook[] = [];
  const inbox = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      webhooks.push({
        path: request.url ?? "",
        rawBody: Buffer.concat(chunks),
        signature: String(request.headers["stripe-signature"]),
      });
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => inbox.listen(0, "127.0.0.1", () => resolve()));
  const address = inbox.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const sandbox = await startTestSandbox({ webhookUrl: `http://127.0.0.1:${port}/webhooks/stripe` });
  const { stripeUrl, s3Url, smtpPort } = sandbox.sandbox();
  await fetch(`${s3Url}/invoices`, {
    method: "PUT",
    headers: { authorization: "AWS4-HMAC-SHA256 Credential=sandbox/20260101/us-east-1/s3/aws4_request" },
  });
  const deps: Deps = {
    database: test.database,
    ...{ logger: silentLogger(), failpoint: noFailpoint },
    leaseMs: 5_000,
    pdf: textPrinter,
    store: createS3Store({
      bucket: "invoices",
      region: "us-east-1",
      endpoint: s3Url,
      prefix: "",
      forcePathStyle: true,
      credentials: { accessKeyId: "sandbox", secretAccessKey: "sandbox" },
    }),
    mailer: createSmtpMailer({ host: "127.0.0.1", port: smtpPort, tls: false, from: sender }),
    mailFrom: sender,
    stripe: createStripeClient({ apiKey: "sk_test_sandbox", apiBase: stripeUrl }),
    paymentLinks: testPaymentLinks(stripeUrl),
    secrets: testSecretBox,
    webhooks: createWebhookSender("any"),
    publicUrl: "https://billing.acme.example",
    notifyEmail: null,
    batchSize: 250,
  };
  return {
    test,
    tenant: await makeTenant(test),
    sandbox,
    deps,
    webhooks,
    fault: async (fault) => {
      await sandbox.control("POST", "/_sandbox/faults", fault);
    },
    rows: async <T>(sql: string, values: readonly unknown[] = []) =>
      (await test.owner.query(sql, [...values])).rows as T[],
    close: async () => {
      await sandbox.end();
      await new Promise<void>((resolve) => {
        inbox.close(() => resolve());
        inbox.closeAllConnections();
      });
      await test.close();
    },
  };
}

function silentLogger() {
  return createLogger({ level: "error", format: "json", process: "test", silent: true });
}

/** Payment links whose page speaks to the sandbox. */
export function testPaymentLinks(stripeUrl: string): PaymentLinks {
  const browser = stripeBrowser({ publishableKey: undefined, apiBase: stripeUrl });
  if (browser === null) throw new Error("the sandbox needs no publishable key");
  return { keys: paymentLinkKeys(["a secret of the tests, 32 characters or more"]), browser };
}

/** The secret that the sandbox signs with. */
export const stripeWebhookSecret = webhookSecret;

/** Prints without a browser, which has tests of its own: the same document gives the same bytes. */
export const textPrinter: PdfRenderer = {
  render: async (document) => {
    const bytes = new Uint8Array(Buffer.from(`%PDF-1.4\n% ${JSON.stringify(document)}\n%%EOF\n`));
    return { bytes, sha256: createHash("sha256").update(bytes).digest("hex"), pageCount: 1 };
  },
  close: async () => undefined,
};
