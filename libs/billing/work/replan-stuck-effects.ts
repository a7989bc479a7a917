import type { JobSeed } from "#libs/core/events.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { type NewEvent, seedsOf } from "#libs/data/domain-events.ts";
import { listStuckEffects, type StuckEffect } from "#libs/data/effects.ts";
import { insertJobs, listJobsByKey, rerunJobs } from "#libs/data/jobs.ts";

/** What causes the job that an effect is a part of, and the name of that job; null where only its own job knows. */
type Origin = { readonly signal: NewEvent; readonly job: string } | null;

const mirrorKinds = new Set(["stripe.invoice_create", "stripe.invoice_lines", "stripe.invoice_finalize"]);

/**
 * Sends the work off again that effects wait for: planned, or in flight when their worker ended, and no job is left that would
 * go on with them. One whose job lives, waits for a person, or ended well without it is left alone. A sweep step.
 * @returns how many jobs are new or run again, and where to go on
 */
export async function replanStuckEffects(
  tx: TenantTx,
  after: string | null,
  options: { readonly olderThanMs?: number; readonly limit?: number } = {},
): Promise<{ readonly done: number; readonly next: string | null }> {
  const { olderThanMs = 120_000, limit = 500 } = options;
  const stuck = await listStuckEffects(tx, { after, olderThanMs, limit });
  const wanted = stuck.flatMap((effect) => {
    const seed = seedOf(tx, effect);
    return seed === null ? [] : [{ effect, seed }];
  });
  const jobs = new Map(
    (
      await listJobsByKey(
        tx,
        wanted.map(({ seed }) => seed.key),
      )
    ).map((job) => [job.key, job]),
  );
  const lost = wanted.filter(({ seed }) => !jobs.has(seed.key));
  const left = wanted.flatMap(({ effect, seed }) => {
    const job = jobs.get(seed.key);
    return job !== undefined && endedBeforeLease(effect, job.ended_at) ? [job.id] : [];
  });
  const planned = await insertJobs(tx, [...new Map(lost.map(({ seed }) => [seed.key, seed])).values()]);
  const again = await rerunJobs(tx, left);
  return {
    done: planned.length + again,
    next: stuck.length === limit ? (stuck.at(-1)?.id ?? null) : null,
  };
}

/** A job that ended after the lease ran out has seen the effect, and left it. */
function endedBeforeLease(effect: StuckEffect, endedAt: Date | null): boolean {
  return (
    effect.state === "inflight" &&
    endedAt !== null &&
    effect.lease_until !== null &&
    endedAt < effect.lease_until
  );
}

function seedOf(tx: TenantTx, effect: StuckEffect): JobSeed | null {
  const origin = originOf(effect);
  if (origin === null) return null;
  return seedsOf(tx, origin.signal).find((seed) => seed.name === origin.job) ?? null;
}

function originOf({ kind, business_key: key, invoice_id: invoiceId }: StuckEffect): Origin {
  if (kind === "stripe.refund") {
    return {
      signal: { type: "refund.requested", subjectType: "refund", subjectId: key },
      job: "refund.pay_out",
    };
  }
  if (kind === "email.run") {
    const subject = { subjectType: "billing_run", subjectId: key } as const;
    return { signal: { type: "billing_run.completed", ...subject }, job: "billing_run.notify" };
  }
  if (invoiceId === null) return null;
  const subject = { subjectType: "invoice", subjectId: invoiceId } as const;
  const [, sendId] = key.split("/");
  if (kind === "email.invoice" && sendId !== undefined) {
    return {
      signal: { type: "invoice.send_requested", ...subject, data: { send_id: sendId } },
      job: "invoice.send",
    };
  }
  if (kind === "email.invoice")
    return { signal: { type: "invoice.pdf_rendered", ...subject }, job: "invoice.email" };
  if (kind === "storage.put_pdf")
    return { signal: { type: "invoice.pdf_rendered", ...subject }, job: "invoice.store_pdf" };
  if (mirrorKinds.has(kind))
    return { signal: { type: "invoice.finalized", ...subject }, job: "invoice.sync_stripe" };
  if (kind === "stripe.invoice_void")
    return { signal: { type: "invoice.voided", ...subject }, job: "invoice.void_stripe" };
  if (kind === "stripe.payment_intent")
    return { signal: { type: "invoice.stripe_synced", ...subject }, job: "invoice.collect" };
  if (kind === "stripe.invoice_attach_payment" || kind === "stripe.invoice_pay_out_of_band") {
    const paid = { type: "payment.succeeded", subjectType: "payment", subjectId: key } as const;
    return { signal: { ...paid, data: { invoice_id: invoiceId } }, job: "invoice.settle_stripe" };
  }
  return null;
}
