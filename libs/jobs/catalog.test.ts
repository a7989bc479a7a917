import { eventTypes } from "#libs/core/events.ts";
import { newId } from "#libs/data/new-id.ts";
import { causes, jobCatalog } from "./catalog.ts";
import { queueNames } from "#libs/platform/queue/queue-names.ts";
import { schedulesOf } from "./schedules.ts";

const period = { period_start: "2026-01-01T00:00:00Z", period_end: "2026-02-01T00:00:00Z", key: "k" };
const event = (type: (typeof eventTypes)[number], data = {}) => ({
  ...{ id: newId(), tenantId: newId(), type, subjectType: "invoice" as const, subjectId: newId() },
  ...{ data: { chunk: "0.0", subscription_ids: [newId()], ...period, ...data }, runId: newId() },
});

describe("the job catalog", () => {
  it("has a retry policy, a time-out and a queue that workers serve for every job", () => {
    for (const job of jobCatalog.values()) {
      expect(queueNames).toContain(job.queue);
      expect(job.retry.attempts).toBeGreaterThan(0);
      expect(job.retry.budget).toBeGreaterThanOrEqual(job.retry.attempts);
      expect(job.timeoutMs).toBeGreaterThan(0);
      expect(job.name).toMatch(/^[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*$/);
    }
  });

  it("lets a test clock wait in a queue where nothing it waits for has to wait behind it", () => {
    const ofClock = [...jobCatalog.values()].filter((job) => job.queue === "test-clock");
    expect(ofClock.map((job) => job.name)).toEqual(["test_clock.advance"]);
  });

  it("causes jobs by events that exist, with keys that name the job and ids alone as payload", () => {
    for (const job of jobCatalog.values())
      for (const type of job.causedBy) expect(eventTypes).toContain(type);
    for (const seed of eventTypes.flatMap((type) => causes(event(type)))) {
      expect(seed.key.startsWith(`${seed.name}/`)).toBe(true);
      expect(jobCatalog.get(seed.name)?.queue).toBe(seed.queue);
    }
  });

  it("delivers a finalized invoice by PDF and Stripe side by side; mail and storage wait for the PDF", () => {
    const namesOf = (type: (typeof eventTypes)[number]) =>
      causes(event(type))
        .map((seed) => seed.name)
        .sort();
    expect(namesOf("invoice.finalized")).toEqual(
      expect.arrayContaining(["invoice.render_pdf", "invoice.sync_stripe"]),
    );
    expect(namesOf("invoice.finalized")).not.toContain("invoice.email");
    expect(namesOf("credit_note.issued")).toEqual(["invoice.render_pdf"]);
    expect(namesOf("invoice.pdf_rendered")).toEqual(
      expect.arrayContaining(["invoice.email", "invoice.store_pdf"]),
    );
  });

  it("gives the same key for the same fact, and another for another chunk", () => {
    const first = event("billing_run.chunk_due");
    const keyOf = (given: ReturnType<typeof event>) => causes(given)[0]?.key;
    expect(keyOf({ ...first, id: newId() })).toBe(keyOf(first));
    expect(keyOf({ ...first, data: { ...first.data, chunk: "0.1" } })).not.toBe(keyOf(first));
  });
});

describe("the schedules", () => {
  it("hold the legacy run only when its cron is set", () => {
    const settings = { processMonth: undefined, dryRun: false };
    const plain = schedulesOf({ ...settings, runSchedule: undefined });
    expect([...plain].map(([name, { cron }]) => [name, cron])).toEqual([
      ["usage.recount", "0 0 * * * *"],
      ["billing.month", "0 0 0 1 * *"],
      ["billing.due", "0 * * * * *"],
      ["invoice.remind", "0 20 * * * *"],
      ["invoice.overdue", "30 * * * * *"],
      ["invoice.write_off", "0 50 * * * *"],
      ["reconciliation.daily", "0 10 5 * * *"],
      ["report.anomalies", "0 40 4 * * *"],
    ]);
    expect(schedulesOf({ ...settings, runSchedule: "0 0 6 * * *" }).get("billing.legacy")?.cron).toBe(
      "0 0 6 * * *",
    );
  });
});
