import { money } from "#libs/core/money/money.ts";
import { stripeAmount } from "#libs/core/money/stripe-minor-units.ts";
import {
  listMirroredInvoices,
  listStripePayments,
  type MirroredInvoice,
  type ReconciliationFinding,
} from "#libs/data/reconciliations.ts";
import {
  type ListedStripeInvoice,
  listOurPaymentIntents,
  listOurStripeInvoices,
} from "#libs/platform/stripe/stripe-lists.ts";
import type { StripeClient } from "#libs/platform/stripe/stripe-client.ts";
import { type StripeDeps, stripesOfTenant } from "../payment/tenant-stripe.ts";
import { reconcileRefunds } from "./reconcile-refunds.ts";
import type { CheckReport, ReconciliationScope } from "./check-report.ts";

type Finding = Omit<ReconciliationFinding, "check">;

const windowMs = 30 * 86_400_000;
/** Clocks differ, and what is being made right now is not noted yet. */
const slackMs = 3_600_000;
const mostObjects = 20_000;

/**
 * Holds the last 30 days at Stripe against ours, both ways: mirrors of invoices with amount and state, payments and refunds with
 * their money, over all accounts that a tenant's customers are with. Ours are read before Stripe is asked and again after it: what is
 * made or moves in between is left to the next comparison. Null while Stripe is switched off, or its keys are not of the tenant's mode.
 * @throws DomainError provider_unavailable, provider_key_refused, provider_refused, master_key_missing
 */
export async function reconcileStripe(deps: StripeDeps, scope: ReconciliationScope): Promise<CheckReport> {
  const stripe = await stripesOfTenant(deps, scope.tenantId);
  if (stripe.length === 0) return null;
  const since = scope.since ?? new Date(Date.now() - windowMs);
  const invoices = await reconcileInvoices(stripe, scope, since);
  const payments = await reconcilePayments(stripe, scope, since);
  const refunds = await reconcileRefunds(stripe, scope, { since, slackMs, limit: mostObjects });
  return {
    objects: invoices.objects + payments.objects + refunds.objects,
    findings: [...invoices.findings, ...payments.findings, ...refunds.findings],
  };
}

async function reconcileInvoices(
  stripe: readonly StripeClient[],
  { tenantId, inTenant }: ReconciliationScope,
  since: Date,
) {
  const listing = { tenantId, since: new Date(since.getTime() - slackMs), limit: mostObjects };
  const before = await inTenant((tx) => listMirroredInvoices(tx, { since: listing.since, ids: [] }));
  const theirs = (await Promise.all(stripe.map((each) => listOurStripeInvoices(each, listing)))).flat();
  const ids = theirs.flatMap(({ invoiceId }) => invoiceId ?? []);
  const ours = await inTenant((tx) => listMirroredInvoices(tx, { since, ids }));
  const stoodAs = new Map(before.map((each) => [each.id, standingOf(each)]));
  const unmoved = ours.filter((each) => stoodAs.get(each.id) === standingOf(each));
  const theirById = new Map(theirs.map((each) => [each.id, each]));
  const ourById = new Map(ours.map((each) => [each.id, each]));
  const findings = [
    ...unmoved.flatMap((invoice) => mirrorFindings(invoice, theirById, since)),
    ...theirs.flatMap((object) => strangerFindings(object, ourById.get(object.invoiceId ?? "") ?? null)),
  ];
  return { objects: theirs.length + ours.length, findings };
}

/** All of an invoice that its mirror should show. */
function standingOf({ mirror_id, invoice_status, is_paid }: MirroredInvoice): string {
  return `${mirror_id} ${invoice_status} ${is_paid}`;
}

/** What is wrong with the mirror that we have noted for an invoice. */
function mirrorFindings(
  invoice: MirroredInvoice,
  theirs: ReadonlyMap<string, ListedStripeInvoice>,
  since: Date,
): Finding[] {
  if (invoice.mirror_id === null) return [];
  const named = `${invoice.number} (${invoice.mirror_id})`;
  const about = { subjectType: "invoice", subjectId: invoice.id } as const;
  const mirror = theirs.get(invoice.mirror_id);
  if (mirror === undefined) {
    const isOlder = invoice.mirrored_at === null || invoice.mirrored_at < since;
    const detail = `Stripe has no invoice of ours under the id that is noted for ${named}`;
    const repair =
      "see whether it was deleted there or belongs to another account; our invoice stands as it is";
    return isOlder ? [] : [{ code: "stripe_invoice_missing", severity: "error", ...about, detail, repair }];
  }
  const findings: Finding[] = [];
  const amount = stripeAmount(money(invoice.amount_due_minor, invoice.currency)).toString();
  if (mirror.total !== amount || mirror.currency !== invoice.currency) {
    findings.push({
      ...{ code: "stripe_invoice_amount_differs", severity: "critical", ...about },
      detail: `the mirror of ${named} says ${mirror.total} ${mirror.currency}, ours is ${amount} ${invoice.currency}, in Stripe's smallest unit`,
      repair:
        "ours is what the customer owes: void the mirror at Stripe, and mark it paid out of band where money came",
    });
  }
  const wanted = statesOf(invoice);
  if (!wanted.includes(mirror.status)) {
    const isMoney = mirror.status === "paid" && invoice.invoice_status === "finalized";
    findings.push({
      ...{ code: "stripe_invoice_state_differs", severity: isMoney ? "critical" : "error", ...about },
      detail: `the mirror of ${named} is ${mirror.status}, it should be ${wanted.join(" or ")}`,
      repair: isMoney
        ? "money came at Stripe that no payment of ours holds: find the payment there, and record it"
        : "`billwright jobs retry --queue stripe-sync` sends what is missing again",
    });
  }
  return findings;
}

/** How the mirror may stand. What was paid stays so at Stripe when its money is given back. */
function statesOf({ invoice_status, is_paid, was_paid }: MirroredInvoice): readonly string[] {
  if (invoice_status === "voided") return ["void"];
  if (is_paid) return ["paid"];
  return was_paid ? ["open", "paid"] : ["open"];
}

/** What is wrong with an invoice at Stripe that names us, and that is no mirror we have noted. */
function strangerFindings(object: ListedStripeInvoice, invoice: MirroredInvoice | null): Finding[] {
  if (invoice !== null && invoice.mirror_id === object.id) return [];
  const about = { subjectType: "invoice", subjectId: invoice?.id ?? null } as const;
  if (invoice === null) {
    const detail = `${object.id} at Stripe names an invoice that is not here`;
    const repair = "void it at Stripe: nothing here stands behind it";
    return [{ code: "stripe_invoice_unknown", severity: "critical", ...about, detail, repair }];
  }
  if (invoice.mirror_id === null) {
    const detail = `${object.id} at Stripe mirrors ${invoice.number}, and is not noted here`;
    const repair =
      "the job goes on with it by itself: it asks Stripe before it makes another (`billwright doctor --repair`)";
    return [{ code: "stripe_invoice_unnoted", severity: "warning", ...about, detail, repair }];
  }
  const isHarmless = object.status === "void" || object.status === "draft" || object.status === "deleted";
  const detail = `${object.id} (${object.status}) at Stripe mirrors ${invoice.number} a second time, beside ${invoice.mirror_id}`;
  const repair = "void or delete the second one at Stripe";
  return [
    {
      code: "stripe_invoice_doubled",
      severity: isHarmless ? "warning" : "critical",
      ...about,
      detail,
      repair,
    },
  ];
}

async function reconcilePayments(
  stripe: readonly StripeClient[],
  { tenantId, inTenant }: ReconciliationScope,
  since: Date,
) {
  const listing = { tenantId, since: new Date(since.getTime() - slackMs), limit: mostObjects };
  const before = await inTenant((tx) => listStripePayments(tx, { since, providerIds: [] }));
  const listed = (await Promise.all(stripe.map((each) => listOurPaymentIntents(each, listing)))).flat();
  const theirs = listed.filter(({ status }) => status === "succeeded");
  const ours = await inTenant((tx) =>
    listStripePayments(tx, { since, providerIds: theirs.map(({ id }) => id) }),
  );
  const ourById = new Map(ours.map((payment) => [payment.provider_id, payment]));
  const theirIds = new Set(theirs.map(({ id }) => id));
  const findings: Finding[] = [];
  for (const { id, amountReceived, currency, invoiceId } of theirs) {
    const payment = ourById.get(id);
    if (payment === undefined) {
      findings.push({
        ...{
          code: "stripe_payment_missing",
          severity: "critical",
          subjectType: "invoice",
          subjectId: invoiceId,
        },
        detail: `${id} brought ${amountReceived} ${currency} at Stripe, and no payment here holds it`,
        repair:
          "the poll and Stripe's events bring it by themselves while a scheduler runs; after a day look at `billwright jobs list --queue payment`",
      });
    } else if (
      stripeAmount(money(payment.amount_minor, payment.currency)).toString() !== amountReceived ||
      payment.currency !== currency
    ) {
      findings.push({
        ...{
          code: "stripe_payment_amount_differs",
          severity: "critical",
          subjectType: "payment",
          subjectId: payment.id,
        },
        detail: `${id} brought ${amountReceived} ${currency} at Stripe, the payment here ${payment.amount_minor} ${payment.currency} in minor units`,
        repair: "Stripe's word is what came: correct the difference by a refund or an outside payment",
      });
    }
  }
  // Money of an older PaymentIntent may have come only now; what is not listed is no proof then.
  const gone = before.filter(({ provider_id }) => !theirIds.has(provider_id));
  for (const payment of gone) {
    findings.push({
      ...{ code: "stripe_payment_unknown", severity: "error", subjectType: "payment", subjectId: payment.id },
      detail: `payment ${payment.id} names ${payment.provider_id}, which Stripe does not list as succeeded since ${listing.since.toISOString()}`,
      repair:
        "look the id up at Stripe: it may be older than the window; if it is not there, find out who wrote the payment",
    });
  }
  return { objects: theirs.length + ours.length, findings };
}
