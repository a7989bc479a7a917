import { planRecounts } from "#libs/billing/usage/plan-recounts.ts";
import { until } from "../../stack/until.ts";
import type { Fault, FaultGround } from "../fault.ts";

export const commitLate: Fault = {
  code: "F22",
  does: "a transaction of ingestion stays open while its month is billed, and commits after it",
  queues: "postgres",
  boundMs: 240_000,
  run: async (ground) => {
    const { stack, tenant, random, inject } = ground;
    const { month, events } = await tenant.useMonth();
    const held = random(events.length);
    const late = events[held] as { readonly id: string };
    await tenant.send(events.filter((_, at) => at !== held));
    const { release, isWaiting } = await holdEvent(ground, late.id);
    const sending = tenant.send([late]);
    const waits = await until(isWaiting, 10_000);
    await tenant.endMonth();
    await tenant.startRun({ month });
    const billed = await until(() => allBilled(ground), 30_000, 200);
    const isOpen = await isWaiting();
    await release();
    await sending;
    if (waits === null || billed === null) return ["the month was not billed while the transaction was open"];
    if (isOpen !== null) inject(`the event ${late.id} was committed after its month was billed`);
    await planRecounts(stack.database); // the hourly tick
    const settled = await until(() => settlementEnded(ground), 30_000, 200);
    await tenant.billNextMonth();
    return settled === null ? ["the late usage was not looked for in time"] : [];
  },
};

/** Holds the key of an event, so that the transaction that stores it waits. */
async function holdEvent({ stack, tenant }: FaultGround, eventId: string) {
  const owner = await stack.openSession("owner");
  await owner.query("begin");
  await owner.query(
    `insert into usage_event (tenant_id, source, id, event_type, customer_ref, timestamp, properties, content_hash)
     values ($1, '', $2, 'calls', 'nobody', now(), '{}', '\\x00')`,
    [tenant.tenantId, eventId],
  );
  return {
    release: async () => {
      await owner.query("rollback");
      owner.release();
    },
    isWaiting: async () => {
      const waiting = await stack.rows(
        "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query ilike '%insert into usage_event%'",
      );
      return waiting.length > 0 || null;
    },
  };
}

async function allBilled({ stack, tenant }: FaultGround): Promise<true | null> {
  const [row] = await stack.rows<{ n: number }>(
    "select count(*)::int as n from invoice where tenant_id = $1",
    [tenant.tenantId],
  );
  return row?.n === tenant.expectedInvoices() || null;
}

async function settlementEnded({ stack, tenant }: FaultGround): Promise<true | null> {
  const ended = await stack.rows(
    "select 1 from job where tenant_id = $1 and name = 'usage.settle_late' and state = 'succeeded'",
    [tenant.tenantId],
  );
  return ended.length > 0 || null;
}
