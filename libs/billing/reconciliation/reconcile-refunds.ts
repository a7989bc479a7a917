import { money } from "#libs/core/money/money.ts";
import { stripeAmount } from "#libs/core/money/stripe-minor-units.ts";
import {
  findPaymentsOfIntents,
  listStripeRefunds,
  type ReconciliationFinding,
  type StripeRefundRow,
} from "#libs/data/reconciliations.ts";
import type { StripeClient } from "#libs/platform/stripe/stripe-client.ts";
import { listRefundsSince, type RefundFacts } from "#libs/platform/stripe/stripe-refunds.ts";
import type { ReconciliationScope } from "./check-report.ts";

type Finding = Omit<ReconciliationFinding, "check">;

const byItself =
  "the poll and Stripe's events bring it by themselves while a scheduler runs; after a day look at `billwright jobs list --queue payment`";

/**
 * Holds the refunds at Stripe since then against ours, both ways: those that name the tenant, and those of its payments that were
 * made past us, as in Stripe's dashboard. Ours are read before Stripe is asked and again after it: one that was made in between is
 * not called unknown, and one that changed in between is left to the next comparison. Of more than `limit` at Stripe the older
 * ones are not compared, and one finding says so. @throws DomainError provider_unavailable, provider_refused
 */
export async function reconcileRefunds(
  stripe: readonly StripeClient[],
  { tenantId, inTenant }: ReconciliationScope,
  window: { readonly since: Date; readonly slackMs: number; readonly limit: number },
): Promise<{ readonly objects: number; readonly findings: readonly Finding[] }> {
  const since = new Date(window.since.getTime() - window.slackMs);
  const before = await inTenant((tx) =>
    listStripeRefunds(tx, { since: window.since, providerIds: [], ids: [] }),
  );
  const { refunds: all, cutAt } = await listOfAll(stripe, { since, limit: window.limit });
  const intentIds = [...new Set(all.flatMap(({ paymentIntentId }) => paymentIntentId ?? []))];
  const payments = await inTenant((tx) => findPaymentsOfIntents(tx, intentIds));
  const theirs = all.filter(
    (refund) => refund.tenantId === tenantId || payments.has(refund.paymentIntentId ?? ""),
  );
  const ours = await inTenant((tx) =>
    listStripeRefunds(tx, {
      since: window.since,
      providerIds: theirs.map(({ id }) => id),
      ids: theirs.flatMap(({ refundId }) => refundId ?? []),
    }),
  );
  const ourByName = new Map(
    ours.flatMap((row) => (row.provider_id === null ? [] : [[row.provider_id, row]])),
  );
  const ourById = new Map(ours.map((row) => [row.id, row]));
  const stateBefore = new Map(before.map(({ id, state }) => [id, state]));
  const theirIds = new Set(theirs.map(({ id }) => id));
  const unlisted = before.filter(({ provider_id: name }) => name !== null && !theirIds.has(name));
  const isBeyond = ({ created_at: madeAt }: StripeRefundRow) =>
    cutAt !== null && madeAt.getTime() < cutAt.getTime() + window.slackMs;
  const findings = [
    ...theirs.flatMap((refund) => {
      const row = ourByName.get(refund.id) ?? ourById.get(refund.refundId ?? "") ?? null;
      if (row === null) return missingFindings(refund, payments.get(refund.paymentIntentId ?? "") ?? null);
      const hasMoved = row.state !== (stateBefore.get(row.id) ?? row.state);
      return hasMoved ? [] : differenceFindings(refund, row);
    }),
    ...unlisted.filter((row) => !isBeyond(row)).map((row) => unknownFinding(row, since)),
    ...(cutAt === null
      ? []
      : [cutFinding({ since, cutAt, limit: window.limit, unlisted: unlisted.filter(isBeyond).length })]),
  ];
  return { objects: theirs.length + ours.length, findings };
}

/** Those of all accounts; `cutAt`: from when on they are complete for each of them. */
async function listOfAll(
  stripe: readonly StripeClient[],
  listing: { readonly since: Date; readonly limit: number },
): ReturnType<typeof listRefundsSince> {
  const lists = await Promise.all(stripe.map((each) => listRefundsSince(each, listing)));
  const cuts = lists.flatMap(({ cutAt }) => cutAt?.getTime() ?? []);
  const cutAt = cuts.length === 0 ? null : new Date(Math.max(...cuts));
  return { refunds: lists.flatMap(({ refunds }) => refunds), cutAt };
}

function unknownFinding(row: StripeRefundRow, since: Date): Finding {
  return {
    ...{ code: "stripe_refund_unknown", severity: "error", subjectType: "refund", subjectId: row.id },
    detail: `refund ${row.id} names ${row.provider_id}, which Stripe does not list since ${since.toISOString()}`,
    repair: "look the id up at Stripe: if it is not there, no money went back",
  };
}

function cutFinding(cut: {
  readonly since: Date;
  readonly cutAt: Date;
  readonly limit: number;
  readonly unlisted: number;
}): Finding {
  const made = `more than ${cut.limit} refunds since ${cut.since.toISOString()}`;
  return {
    ...{ code: "stripe_refunds_not_compared", severity: "warning", subjectType: "refund", subjectId: null },
    detail: `Stripe made ${made}: those before ${cut.cutAt.toISOString()} were not compared, nor ${cut.unlisted} refunds here of that time`,
    repair: "compare a shorter time: `since` of a reconciliation says from when on",
  };
}

/** Whether money left by it, or still may. */
function isMoney({ status }: RefundFacts): boolean {
  return status !== "failed" && status !== "canceled";
}

function missingFindings(refund: RefundFacts, paymentId: string | null): Finding[] {
  if (!isMoney(refund)) return [];
  return [
    {
      ...{
        code: "stripe_refund_missing",
        severity: "critical",
        subjectType: "payment",
        subjectId: paymentId,
      },
      detail: `${refund.id} gave ${refund.amount} ${refund.currency} of ${refund.paymentIntentId ?? "no PaymentIntent"} back at Stripe, and no refund here holds it`,
      repair: byItself,
    },
  ];
}

function differenceFindings(refund: RefundFacts, row: StripeRefundRow): Finding[] {
  const about = { subjectType: "refund", subjectId: row.id } as const;
  const findings: Finding[] = [];
  const amount = stripeAmount(money(row.amount_minor, row.currency)).toString();
  if (amount !== refund.amount || row.currency !== refund.currency) {
    findings.push({
      ...{ code: "stripe_refund_amount_differs", severity: "critical", ...about },
      detail: `${refund.id} gave ${refund.amount} ${refund.currency} back at Stripe, the refund here ${amount} ${row.currency}, in Stripe's smallest unit`,
      repair: "Stripe's word is what went back: correct the difference by an outside refund or payment",
    });
  }
  const stands = `${refund.id} is ${refund.status} at Stripe, the refund here is ${row.state}`;
  if (isMoney(refund) !== (row.state !== "failed")) {
    const detail = `${stands}: ${isMoney(refund) ? "money went back" : "no money went back"}`;
    findings.push({
      code: "stripe_refund_state_differs",
      severity: "critical",
      ...about,
      detail,
      repair: byItself,
    });
  } else if (refund.status === "succeeded" && row.state !== "succeeded") {
    findings.push({
      code: "stripe_refund_state_differs",
      severity: "warning",
      ...about,
      detail: stands,
      repair: byItself,
    });
  }
  return findings;
}
