import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Express } from "express";
import supertest from "supertest";
import { createApiKey } from "#libs/billing/catalog/create-api-key.ts";
import { createTenant } from "#libs/billing/catalog/create-tenant.ts";
import type { Deps } from "#libs/billing/deps.ts";
import type { ApiKeyRole } from "#libs/data/api-keys.ts";
import { withTenant } from "#libs/data/database.ts";
import { billingRunPlan } from "#libs/jobs/billing-run-plan.job.ts";
import { testClockAdvance } from "#libs/jobs/test-clock-advance.job.ts";
import { invoiceCollect } from "#libs/jobs/invoice-collect.job.ts";
import { invoiceGeneratePeriod } from "#libs/jobs/invoice-generate-period.job.ts";
import { invoiceSend } from "#libs/jobs/invoice-send.job.ts";
import { reconciliationRun } from "#libs/jobs/reconciliation-run.job.ts";
import { usageImport } from "#libs/jobs/usage-import.job.ts";
import { refundPayOut } from "#libs/jobs/refund-pay-out.job.ts";
import { noFailpoint } from "#libs/platform/failpoint.ts";
import { createLogger } from "#libs/platform/logger.ts";
import type { QueueBackend } from "#libs/platform/queue/queue-backend.ts";
import { createFolderStore } from "#libs/platform/storage/folder-store.ts";
import type { ApiConfig } from "../../apps/api/api-deps.ts";
import type { ApiClient } from "../../apps/api/client/create-client.ts";
import { createApp } from "../../apps/api/create-app.ts";
import { testPaymentLinks } from "./delivery-world.ts";
import { createDocumentedClient } from "./documented-client.ts";
import { testSecretBox } from "./test-secret-box.ts";
import { createWebhookSender } from "#libs/platform/webhook/webhook-sender.ts";
import { openTestDatabase, type TestDatabase } from "./test-database.ts";
import { openTestQueues } from "./test-queues.ts";
import { listenOnLoopback } from "./listen-on-loopback.ts";

export type ApiWorld = {
  readonly app: Express;
  readonly test: TestDatabase;
  readonly deps: Deps;
  readonly queues: QueueBackend;
  readonly tenantId: string;
  /** Keys of the tenant, by role. */
  readonly keys: Readonly<Record<ApiKeyRole, string>>;
  /** An admin key of another tenant. */
  readonly strangerKey: string;
  /** The typed client over a socket, with the admin's key; it throws at what the document does not name. */
  readonly api: ApiClient;
  /** The typed client with another key; null sends none. */
  readonly apiOf: (key: string | null) => ApiClient;
  /** A raw request with the admin's key, or with another one; null sends none. For what the typed client cannot say. */
  readonly call: (
    method: "get" | "post" | "put" | "patch" | "delete",
    path: string,
    key?: string | null,
  ) => supertest.Test;
  readonly close: () => Promise<void>;
};

/** The whole application over a real database and queues, with two tenants; nothing works the queues. */
export async function openApiWorld(
  overrides: Partial<ApiConfig> = {},
  depsOverrides: Partial<Deps> = {},
): Promise<ApiWorld> {
  const test = await openTestDatabase((event) => {
    return [
      billingRunPlan,
      testClockAdvance,
      invoiceGeneratePeriod,
      invoiceSend,
      invoiceCollect,
      refundPayOut,
      usageImport,
      reconciliationRun,
    ].flatMap((job) => {
      const seed = job.causedBy.includes(event.type) ? job.seedOf(event) : null;
      return seed === null ? [] : [seed];
    });
  });
  const queues = await openTestQueues(test.url);
  const dir = mkdtempSync(join(tmpdir(), "billwright-api-"));
  const deps: Deps = {
    database: test.database,
    logger: createLogger({ level: "error", format: "json", process: "test", silent: true }),
    failpoint: noFailpoint,
    leaseMs: 30_000,
    pdf: {
      render: () => Promise.reject(new Error("no PDF is made here")),
      close: () => Promise.resolve(),
    },
    store: createFolderStore({ dir: join(dir, "objects") }),
    mailer: null,
    mailFrom: "billing@test.example",
    stripe: null,
    paymentLinks: testPaymentLinks("http://127.0.0.1:9"),
    secrets: testSecretBox,
    webhooks: createWebhookSender("any"),
    publicUrl: "http://billwright.test",
    notifyEmail: null,
    batchSize: 100,
    ...depsOverrides,
  };
  const [own, stranger] = await Promise.all([newTenantKeys(test, "Own"), newTenantKeys(test, "Stranger")]);
  const app = createApp({
    ...{ deps, queues, admin: null, stripeWebhookSecret: null, checkAnswers: true, startedAt: new Date() },
    ...overrides,
  });
  const server = await listenOnLoopback(app);
  const apiOf = (key: string | null) => createDocumentedClient({ baseUrl: server.url, key });
  return {
    ...{ app, test, deps, queues, tenantId: own.tenantId, keys: own.keys, strangerKey: stranger.keys.admin },
    ...{ api: apiOf(own.keys.admin), apiOf },
    call: (method, path, key = own.keys.admin) => {
      const request = supertest(app)[method](path);
      return key === null ? request : request.set("Authorization", `Bearer ${key}`);
    },
    close: async () => {
      await server.close();
      await queues.close();
      await test.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function newTenantKeys(
  test: TestDatabase,
  name: string,
): Promise<{ tenantId: string; keys: Record<ApiKeyRole, string> }> {
  const { tenantId } = await createTenant(test.database, { name, mode: "test", actor: "test" });
  const keyOf = (role: ApiKeyRole) =>
    withTenant(test.database, { tenantId, actor: "test" }, async (tx) => {
      const { secret } = await createApiKey(tx, { name: role, role });
      return secret;
    });
  const keys = {
    admin: await keyOf("admin"),
    operator: await keyOf("operator"),
    ingest: await keyOf("ingest"),
    reader: await keyOf("reader"),
  };
  return { tenantId, keys };
}
