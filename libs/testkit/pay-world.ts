import { mkdtempSync, rmSync } from "node:fs";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestSandbox, type TestSandbox, webhookSecret } from "../../apps/sandbox/sandbox-fixture.ts";
import type { ApiConfig } from "../../apps/api/api-deps.ts";
import { createApp } from "../../apps/api/create-app.ts";
import type { Deps } from "#libs/billing/deps.ts";
import { renderInvoicePdf } from "#libs/billing/invoice/render-invoice-pdf.ts";
import { ensurePaymentLink } from "#libs/billing/payment/ensure-payment-link.ts";
import { takeDueJobs } from "#libs/data/jobs.ts";
import { causes, jobCatalog } from "#libs/jobs/catalog.ts";
import { runJob } from "#libs/jobs/run-job.ts";
import { noFailpoint } from "#libs/platform/failpoint.ts";
import { createLogger } from "#libs/platform/logger.ts";
import type { QueueBackend } from "#libs/platform/queue/queue-backend.ts";
import { createFolderStore } from "#libs/platform/storage/folder-store.ts";
import { createStripeClient } from "#libs/platform/stripe/stripe-client.ts";
import { testPaymentLinks, textPrinter } from "./delivery-world.ts";
import { testSecretBox } from "./test-secret-box.ts";
import { createWebhookSender } from "#libs/platform/webhook/webhook-sender.ts";
import { makeTenant, type TestTenant } from "./factories.ts";
import { insertIssuedInvoice, type IssuedInvoice, type IssuedInvoiceFields } from "./invoice-rows.ts";
import { listenOnLoopback } from "./listen-on-loopback.ts";
import { openTestDatabase, type TestDatabase } from "./test-database.ts";
import { openTestQueues } from "./test-queues.ts";

/** The API on a port of its own, the sandbox whose webhooks reach it, and a worker for what they cause. */
export type PayWorld = {
  readonly url: string;
  readonly test: TestDatabase;
  readonly tenant: TestTenant;
  readonly sandbox: TestSandbox;
  readonly deps: Deps;
  readonly queues: QueueBackend;
  /** An issued invoice to be paid by its customer, with its PDF and link. */
  readonly issue: (fields?: IssuedInvoiceFields) => Promise<IssuedInvoice & { readonly link: string }>;
  /** Works whatever is due, until nothing is. */
  readonly work: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Starts everything; call `close` in afterAll. */
export async function openPayWorld(overrides: Partial<ApiConfig> = {}): Promise<PayWorld> {
  const test = await openTestDatabase(causes);
  const queues = await openTestQueues(test.url);
  const dir = mkdtempSync(join(tmpdir(), "billwright-pay-"));
  const sandbox = await startTestSandbox();
  let listener: RequestListener = (_request, response) => response.writeHead(503).end();
  const server = await listenOnLoopback((request, response) => listener(request, response));
  const { url } = server;
  const { stripeUrl } = sandbox.sandbox();
  const deps: Deps = {
    ...{ database: test.database, failpoint: noFailpoint, leaseMs: 5_000, batchSize: 100 },
    logger: createLogger({ level: "error", format: "json", process: "test", silent: true }),
    ...{
      pdf: textPrinter,
      store: createFolderStore({ dir }),
      mailer: null,
      mailFrom: "billing@test.example",
    },
    ...{ stripe: createStripeClient({ apiKey: "sk_test_sandbox", apiBase: stripeUrl }), publicUrl: url },
    ...{ paymentLinks: testPaymentLinks(stripeUrl), notifyEmail: null },
    ...{ secrets: testSecretBox, webhooks: createWebhookSender("any") },
  };
  listener = createApp({
    ...{ deps, queues, admin: null, stripeWebhookSecret: webhookSecret, checkAnswers: true },
    startedAt: new Date(),
    ...overrides,
  });
  await sandbox.control("POST", "/_sandbox/webhooks", {
    url: `${url}/webhooks/stripe`,
    secret: webhookSecret,
  });
  const tenant = await makeTenant(test);
  return {
    ...{ url, test, tenant, sandbox, deps, queues },
    issue: async (fields = {}) => {
      const invoice = await insertIssuedInvoice(test, tenant, { collection: "send_invoice", ...fields });
      await renderInvoicePdf(deps, invoice);
      const link = await tenant.inTenant((tx) => ensurePaymentLink(tx, deps, invoice));
      return { ...invoice, link: link.url };
    },
    work: async () => {
      for (;;) {
        const due = await takeDueJobs(test.database, 50);
        if (due.length === 0) return;
        for (const row of due) await runJob(deps, jobCatalog, row.id).catch(() => undefined);
      }
    },
    close: async () => {
      await sandbox.end();
      await server.close();
      await queues.close();
      await test.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
