import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Temporal } from "temporal-polyfill";
import type { Deps } from "#libs/billing/deps.ts";
import { advanceTestClock } from "#libs/billing/clock/advance-test-clock.ts";
import { createTestClock } from "#libs/billing/clock/create-test-clock.ts";
import { advanceClock } from "#libs/billing/catalog/advance-clock.ts";
import { settleRuns } from "#libs/billing/run/settle-runs.ts";
import { sweepDueBoundaries } from "#libs/billing/run/sweep-due-boundaries.ts";
import { takeDueJobs } from "#libs/data/jobs.ts";
import { findTestClock } from "#libs/data/test-clocks.ts";
import { causes, jobCatalog } from "#libs/jobs/catalog.ts";
import { runJob } from "#libs/jobs/run-job.ts";
import { noFailpoint } from "#libs/platform/failpoint.ts";
import { createLogger } from "#libs/platform/logger.ts";
import { createFolderStore } from "#libs/platform/storage/folder-store.ts";
import type { TestTenant } from "./factories.ts";
import { testSecretBox } from "./test-secret-box.ts";
import { createWebhookSender } from "#libs/platform/webhook/webhook-sender.ts";
import { openTestDatabase, type TestDatabase } from "./test-database.ts";

/** The whole job catalog over a real database, worked by hand: no queue, mail or Stripe, and a printer without a browser. */
export type WorkWorld = {
  readonly test: TestDatabase;
  readonly deps: Deps;
  /** Runs every job that is due, and those that they cause, until none is; then settles the runs. */
  readonly drain: () => Promise<void>;
  /** What the minute does: finds what is due, works it off, settles. */
  readonly tick: () => Promise<void>;
  /** Moves a tenant's clock and ticks. */
  readonly advance: (tenant: TestTenant, to: Temporal.Instant) => Promise<void>;
  /** Drives a tenant's test clock, made when there is none, through everything that falls due up to `to`. */
  readonly travel: (tenant: TestTenant, to: Temporal.Instant) => Promise<void>;
  /** Rows as the owner sees them. */
  readonly rows: <T>(sql: string, values?: readonly unknown[]) => Promise<T[]>;
  readonly close: () => Promise<void>;
};

const workersAtOnce = 4;

/** Call `close` in afterAll. */
export async function openWorkWorld(overrides: Partial<Deps> = {}): Promise<WorkWorld> {
  const test = await openTestDatabase(causes);
  const dir = mkdtempSync(join(tmpdir(), "billwright-work-"));
  const deps: Deps = {
    database: test.database,
    logger: createLogger({ level: "error", format: "json", process: "test", silent: true }),
    failpoint: noFailpoint,
    leaseMs: 30_000,
    pdf: {
      render: async (document) => {
        const bytes = new TextEncoder().encode(`%PDF-1.4\n% ${JSON.stringify(document)}\n%%EOF\n`);
        return { bytes, sha256: createHash("sha256").update(bytes).digest("hex"), pageCount: 1 };
      },
      close: async () => undefined,
    },
    store: createFolderStore({ dir }),
    mailer: null,
    mailFrom: "billing@test.example",
    stripe: null,
    paymentLinks: null,
    secrets: testSecretBox,
    webhooks: createWebhookSender("any"),
    publicUrl: "http://billwright.test",
    notifyEmail: null,
    batchSize: 100,
    ...overrides,
  };
  const drain = async () => {
    for (;;) {
      const due = await takeDueJobs(test.database, 100);
      if (due.length === 0) break;
      for (const row of due) await runJob(deps, jobCatalog, row.id);
    }
    await settleRuns(deps);
    await settleRuns(deps, "failed");
  };
  const tick = async () => {
    await sweepDueBoundaries(deps);
    await drain();
  };
  return {
    ...{ test, deps, drain, tick },
    advance: async (tenant, to) => {
      await tenant.inTenant((tx) => advanceClock(tx, to));
      await tick();
    },
    travel: async (tenant, to) => {
      await tenant.inTenant(async (tx) => {
        const clock = (await findTestClock(tx)) ?? (await createTestClock(tx, {}));
        await advanceTestClock(tx, { clockId: clock.id, to });
      });
      await workUntil(deps, async () => {
        const clock = await tenant.inTenant((tx) => findTestClock(tx));
        return clock?.state === "ready";
      });
    },
    rows: async <T>(sql: string, values: readonly unknown[] = []) =>
      (await test.owner.query(sql, [...values])).rows as T[],
    close: async () => {
      await test.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Works every job of every tenant, a few at a time as workers do, until a fact holds. */
async function workUntil(deps: Deps, holds: () => Promise<boolean>): Promise<void> {
  const moving = new Set<Promise<unknown>>();
  while (!(await holds())) {
    for (const row of await takeDueJobs(deps.database, workersAtOnce)) {
      const job = runJob(deps, jobCatalog, row.id);
      moving.add(job);
      job.finally(() => moving.delete(job)).catch(() => undefined);
    }
    if (moving.size >= workersAtOnce) await Promise.race(moving);
  }
  await Promise.all(moving);
}
