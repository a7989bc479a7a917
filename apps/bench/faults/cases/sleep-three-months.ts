import { unrestOf } from "../../stack/quiet.ts";
import { until } from "../../stack/until.ts";
import type { Fault } from "../fault.ts";

const slept = 3;

export const sleepThreeMonths: Fault = {
  code: "F14",
  does: "no scheduler runs for three months, and then they are back",
  queues: "postgres",
  boundMs: 180_000,
  run: async ({ stack, tenant, inject }) => {
    const { processes } = stack;
    for (const { pid } of processes.running("scheduler")) await processes.kill(pid);
    let last = "";
    for (let months = 0; months < slept; months++) {
      const { month, events } = await tenant.useMonth();
      await tenant.send(events);
      await tenant.endMonth();
      last = month;
    }
    const [billed] = await stack.rows<{ n: number }>(
      "select count(*)::int as n from invoice where tenant_id = $1",
      [tenant.tenantId],
    );
    if (billed?.n === 0) inject(`${slept} months slept`);
    for (let times = 0; times < 2; times++) processes.start(stack.recipeOf("scheduler"));
    await tenant.startRun({ month: last });
    const disordered = () =>
      stack.rows<{ id: string }>(
        `select id from (
           select id, number, lag(number) over (partition by subscription_id order by boundary_index) as before
           from invoice where tenant_id = $1 and invoice_status <> 'voided') i where number < before`,
        [tenant.tenantId],
      );
    await until(async () => ((await unrestOf(stack, tenant)) === null ? true : null), 60_000, 300);
    const out = await disordered();
    return out.length === 0 ? [] : [`${out.length} invoices have a lower number than the month before`];
  },
};
