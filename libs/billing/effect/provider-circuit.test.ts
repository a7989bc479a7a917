import { eventually } from "../../../apps/sandbox/sandbox-fixture.ts";
import { takeDueJobs } from "#libs/data/jobs.ts";
import { withSystem } from "#libs/data/database.ts";
import { readCircuit } from "#libs/data/provider-circuits.ts";
import { jobCatalog } from "#libs/jobs/catalog.ts";
import { invoiceCollect } from "#libs/jobs/invoice-collect.job.ts";
import { runJob } from "#libs/jobs/run-job.ts";
import { createStripeClient } from "#libs/platform/stripe/stripe-client.ts";
import { readPaymentIntent } from "#libs/platform/stripe/stripe-payments.ts";
import { insertJobs } from "#libs/data/jobs.ts";
import { insertIssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import { openPaymentWorld, type PaymentWorld } from "#libs/testkit/payment-world.ts";
import type { Deps } from "../deps.ts";
import { providerCircuit, stripeCircuit } from "./provider-circuit.ts";

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPaymentWorld();
});
afterEach(async () => {
  await world.sandbox.control("DELETE", "/_sandbox/faults");
  await world.rows("delete from provider_circuit");
});
afterAll(() => world.close());

const limit = 3;
/** A process of its own, with its own belief in the circuit. */
function newProcess(pauseMs: number): Deps {
  const gate = providerCircuit(world.test.database, stripeCircuit(), { limit, pauseMs });
  const { stripeUrl: apiBase } = world.sandbox.sandbox();
  return {
    ...world.deps,
    stripe: createStripeClient({ apiKey: "sk_test_sandbox", apiBase, gateOf: () => gate }),
  };
}
const ask = (deps: Deps) => {
  if (deps.stripe === null) throw new Error("no client");
  return readPaymentIntent(deps.stripe, "pi_nobody");
};
const down = () => world.fault({ service: "stripe", action: "status", status: 503, times: null });
const calls = async () => (await world.sandbox.journal("?service=stripe")).length;
const circuit = () => withSystem(world.test.database, (db) => readCircuit(db, stripeCircuit()));

describe("the circuit breaker of a provider", () => {
  it("opens after outages in a row, for every process, and lets nobody call", async () => {
    const [one, two] = [newProcess(60_000), newProcess(60_000)];
    await down();
    for (const deps of [one, two, one])
      await expect(ask(deps)).rejects.toMatchObject({ code: "provider_unavailable" });
    expect(await circuit()).toMatchObject({
      outages: 3,
      opened_at: expect.any(Date),
      last_error: "HTTP status 503",
    });
    const before = await calls();
    for (const deps of [one, two]) {
      await expect(ask(deps)).rejects.toMatchObject({
        code: "provider_unavailable",
        details: { circuitRetryMs: expect.any(Number) },
      });
    }
    expect(await calls()).toBe(before);
    const health = await world.call("get", "/health");
    expect(health.body.components.stripe).toMatchObject({
      status: "degraded",
      detail: expect.stringContaining("work waits: HTTP status 503"),
    });
  });

  it("does not open while answers come between, and a refusal is an answer", async () => {
    const deps = newProcess(60_000);
    for (let round = 0; round < 3; round += 1) {
      await world.fault({ service: "stripe", action: "status", status: 503, times: 2 });
      for (let call = 0; call < 2; call += 1) await expect(ask(deps)).rejects.toThrow();
      await expect(ask(deps)).rejects.toMatchObject({ code: "provider_refused" });
    }
    expect(await circuit()).toMatchObject({ outages: 0, opened_at: null });
  });

  it("lets one probe go when its time has come: its answer closes it, its failure keeps it open for longer", async () => {
    const [one, two] = [newProcess(50), newProcess(50)];
    await down();
    for (let call = 0; call < limit; call += 1) await expect(ask(one)).rejects.toThrow();
    await eventually(async () => ((await circuit()).retry_ms === 0 ? true : undefined));
    const before = await calls();
    await Promise.allSettled([ask(one), ask(two), ask(two), ask(one)]);
    expect(await calls()).toBe(before + 1);
    expect(await circuit()).toMatchObject({ outages: limit + 1, opened_at: expect.any(Date) });
    await world.sandbox.control("DELETE", "/_sandbox/faults");
    await eventually(async () => ((await circuit()).retry_ms === 0 ? true : undefined));
    await expect(ask(two)).rejects.toMatchObject({ code: "provider_refused" });
    expect(await circuit()).toMatchObject({ outages: 0, opened_at: null });
    await expect(ask(one)).rejects.toMatchObject({ code: "provider_refused" });
  });

  it("keeps jobs waiting without burning their attempts, and they are done when it closes", async () => {
    const deps = newProcess(200);
    await down();
    for (let call = 0; call < limit; call += 1) await expect(ask(deps)).rejects.toThrow();
    await world.rows("update provider_circuit set retry_at = now() + interval '1 hour'");
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await world.tenant.inTenant((tx) =>
      insertJobs(tx, [invoiceCollect.seed({ invoiceId: invoice.invoiceId, request: "now" })]),
    );
    const work = async () => {
      for (const row of await takeDueJobs(world.test.database, 10)) await runJob(deps, jobCatalog, row.id);
    };
    const job = async () =>
      (
        await world.rows<{ state: string; attempts: number; waits: boolean }>(
          "select state, attempts, run_at > now() + interval '50 minutes' as waits from job where key like 'invoice.collect/%'",
        )
      )[0];
    for (let round = 0; round < 3; round += 1) {
      await work();
      expect(await job()).toEqual({ state: "pending", attempts: 0, waits: true });
      await world.rows("update job set run_at = now()");
    }
    await world.sandbox.control("DELETE", "/_sandbox/faults");
    await world.rows("update provider_circuit set retry_at = now()");
    await work();
    expect(await job()).toMatchObject({ state: "succeeded", attempts: 1 });
  });
});
