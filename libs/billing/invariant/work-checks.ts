import type { TenantTx } from "#libs/data/database.ts";
import type { Breach } from "#libs/data/invariants/breach.ts";
import { findWaitingJobs } from "#libs/data/invariants/work-breaches.ts";
import { listMissingDeliveries } from "#libs/data/missing-deliveries.ts";
import { deliveryJobs } from "../invoice/plan-missing-deliveries.ts";
import { findLostCauses } from "../work/replan-lost-jobs.ts";
import type { Look } from "./invariant.ts";

const stageWords = {
  pdf: "no PDF",
  storage: "a PDF that is not in the store",
  stripe: "no mirror at Stripe",
  email: "not been mailed",
} as const;

/** Issued invoices that lack a stage of their delivery, and that nobody is at work on. */
export async function findUndelivered(tx: TenantTx, { range, stages }: Look): Promise<Breach[]> {
  const { fromId, toId, limit } = range;
  const options = { stages, jobNames: deliveryJobs, olderThanMs: 600_000, fromId, toId, limit };
  return (await listMissingDeliveries(tx, options)).map(({ invoice_id, number, stage }) => ({
    ...{ subject_type: "invoice", subject_id: invoice_id, customer_id: null },
    detail: `invoice ${number} has ${stageWords[stage]}, and no job is at work on it`,
  }));
}

const eventsAtOnce = 20_000;

/** Jobs that no relay takes, and events of the last day whose jobs are gone. */
export async function findUndispatched(tx: TenantTx, { range }: Look): Promise<Breach[]> {
  const waiting = await findWaitingJobs(tx, range);
  const { lost } = await findLostCauses(tx, { after: null, limit: eventsAtOnce });
  const causes = lost.slice(0, range.limit).map(({ event, seeds }) => ({
    ...{ subject_type: event.subjectType, subject_id: event.subjectId, customer_id: null },
    detail: `${event.type} caused ${seeds.map((seed) => seed.name).join(", ")}, and no such job is there`,
  }));
  return [...waiting, ...causes];
}
