import type { TenantTx } from "#libs/data/database.ts";
import { seedsOf } from "#libs/data/domain-events.ts";
import { insertJobs, rerunJobs } from "#libs/data/jobs.ts";
import {
  type DeliveryStage,
  listMissingDeliveries,
  type MissingDelivery,
} from "#libs/data/missing-deliveries.ts";
import type { Deps } from "../deps.ts";

/** Which job does a stage of delivery. */
export const deliveryJobs: Readonly<Record<DeliveryStage, string>> = {
  pdf: "invoice.render_pdf",
  storage: "invoice.store_pdf",
  stripe: "invoice.sync_stripe",
  email: "invoice.email",
};

/** Stages that are switched on. */
export function stagesOf(deps: Pick<Deps, "stripe" | "mailer">): DeliveryStage[] {
  return [
    ...(["pdf", "storage"] as const),
    ...(deps.stripe === null ? [] : (["stripe"] as const)),
    ...(deps.mailer === null ? [] : (["email"] as const)),
  ];
}

const nil = "00000000-0000-0000-0000-000000000000";
const last = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/**
 * Plans what of the delivery of issued invoices was lost with its jobs, by id after a cursor; what was done is not done again,
 * as jobs and effects have their keys. A sweep step.
 * @returns how many jobs are new or run again, and where to go on
 */
export async function planMissingDeliveries(
  tx: TenantTx,
  after: string | null,
  options: {
    readonly stages: readonly DeliveryStage[];
    readonly olderThanMs?: number;
    readonly limit?: number;
  },
): Promise<{ readonly done: number; readonly next: string | null }> {
  const { stages, olderThanMs = 600_000, limit = 500 } = options;
  const range = { fromId: after ?? nil, toId: last, olderThanMs, limit };
  const missing = await listMissingDeliveries(tx, { stages, jobNames: deliveryJobs, ...range });
  const lost = missing.filter(({ job_id }) => job_id === null);
  const planned = await insertJobs(
    tx,
    lost.flatMap((each) => seedOf(tx, each)),
  );
  const again = await rerunJobs(
    tx,
    missing.flatMap(({ job_id }) => job_id ?? []),
  );
  return {
    done: planned.length + again,
    next: missing.length === limit ? (missing.at(-1)?.invoice_id ?? null) : null,
  };
}

function seedOf(tx: TenantTx, { invoice_id, invoice_type, stage }: MissingDelivery) {
  const issued = invoice_type === "credit" ? "credit_note.issued" : "invoice.finalized";
  const type = stage === "pdf" || stage === "stripe" ? issued : "invoice.pdf_rendered";
  const seeds = seedsOf(tx, { type, subjectType: "invoice", subjectId: invoice_id });
  return seeds.filter((seed) => seed.name === deliveryJobs[stage]);
}
