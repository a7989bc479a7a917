import { compareInstants } from "#libs/core/calendar/timezone.ts";
import { domainError } from "#libs/core/errors.ts";
import { publicId } from "#libs/core/public-id.ts";
import { type DuePeriod, edgeAfter, type Position } from "#libs/core/rating/due-periods.ts";
import { type BillableSubscription, loadBillableSubscriptions } from "#libs/data/billable-subscriptions.ts";
import { findClaimed } from "#libs/data/billing-periods.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findClaimInvoices, findVoidedClaim, nameInvoice } from "#libs/data/invoice-boundaries.ts";
import {
  closingPosition,
  type PeriodAsked,
  positionAt,
  positionsOfPeriod,
} from "../run/boundary-of-period.ts";
import { dueAt, type Standing } from "../run/draft-boundary.ts";
import { generateInvoices } from "../run/generate-invoices.ts";
import { standingAt } from "../run/load-standings.ts";

export type GeneratePeriodInput = {
  readonly subscriptionId: string;
  readonly period: PeriodAsked;
  /** Kept on the invoice that closes the period; unique in the tenant. */
  readonly idempotencyKey: string | null;
};

export type GeneratedPeriod = {
  /** Whether this call made them. */
  readonly created: boolean;
  readonly invoices: readonly { readonly invoiceId: string }[];
  /** Why billing stopped, when it did. */
  readonly parked: readonly { readonly code: string; readonly reason: string }[];
};

/**
 * Bills one period of a subscription, as a run would. The claims of its items are the guard: any number of calls at
 * once, and runs beside them, make one invoice, and all of them answer with it.
 * @throws DomainError subscription_not_found, subscription_broken, period_not_aligned, period_not_over,
 *   period_out_of_order, period_voided
 */
export async function generatePeriod(tx: TenantTx, input: GeneratePeriodInput): Promise<GeneratedPeriod> {
  const { standing, due, last } = await checkPeriod(tx, input);
  const dues = due.flatMap((position) => dueAt({ ...standing, position }));
  const { parked, invoices: made } = await generateInvoices(tx, {
    subscriptionIds: [input.subscriptionId],
    cutoffs: new Map([[standing.timezone, last.at]]),
    dryRun: false,
  });
  const invoices = await findClaimInvoices(tx, dues);
  const closing = made.at(-1);
  if (closing !== undefined && input.idempotencyKey !== null) {
    await nameInvoice(tx, closing.invoiceId, input.idempotencyKey);
  }
  return {
    created: made.length > 0,
    invoices: invoices.map(({ id }) => ({ invoiceId: id })),
    parked: parked.map(({ code, reason }) => ({ code, reason })),
  };
}

type CheckedPeriod = {
  readonly standing: Standing;
  /** Boundaries of the period that are due, in order. */
  readonly due: readonly Position[];
  readonly last: Position;
};

/** Whether a period can be billed now; what `generatePeriod` throws is known here first. */
export async function checkPeriod(tx: TenantTx, input: GeneratePeriodInput): Promise<CheckedPeriod> {
  const { period } = input;
  const subscription = await loadSubscription(tx, input.subscriptionId);
  const [standing] = standingAt(subscription, (terms) => closingPosition(terms, period.start));
  if (standing === undefined)
    throw domainError("subscription_broken", "The subscription has no period to bill.");
  const positions = positionsOfPeriod(standing, period);
  const due = positions.filter((position) => compareInstants(position.at, tx.now) <= 0);
  const last = due.at(-1);
  if (last === undefined) {
    const at = positions[0]?.at.toString() ?? "";
    throw domainError(
      "period_not_over",
      `The invoice of this period falls due at ${at}, now is ${tx.now.toString()}; preview shows it as it stands.`,
    );
  }
  refuseEarlier(subscription, standing, due);
  await refuseVoided(
    tx,
    due.flatMap((position) => dueAt({ ...standing, position })),
  );
  return { standing, due, last };
}

async function loadSubscription(tx: TenantTx, subscriptionId: string): Promise<BillableSubscription> {
  const [loaded] = await loadBillableSubscriptions(tx, [subscriptionId]);
  if (loaded === undefined) throw domainError("subscription_not_found", "There is no such subscription.");
  if ("broken" in loaded)
    throw domainError("subscription_broken", `The subscription cannot be billed: ${loaded.broken}.`);
  return loaded;
}

/** Boundaries are billed in order: the first one that has something to bill must belong to the period. */
function refuseEarlier(
  subscription: BillableSubscription,
  standing: Standing,
  due: readonly Position[],
): void {
  const first = due[0]?.at ?? null;
  let at = subscription.nextDueAt;
  while (at !== null && first !== null && compareInstants(at, first) < 0) {
    const position = positionAt(standing, at);
    const [earlier] = dueAt({ ...standing, position });
    if (earlier !== undefined) {
      throw domainError(
        "period_out_of_order",
        `The boundary at ${at.toString()} is not billed yet (${earlier.item.price.code} for [${earlier.start.toString()}, ${earlier.end.toString()})); generate that period first.`,
      );
    }
    at = edgeAfter(standing.items, at, standing.endsAt);
  }
}

/** What was billed and taken back, all of it, is not billed anew: it is made again from its void invoice. */
async function refuseVoided(tx: TenantTx, dues: readonly DuePeriod[]): Promise<void> {
  if ((await findClaimed(tx, dues)).size < dues.length) return;
  if ((await findClaimInvoices(tx, dues)).length > 0) return;
  const voided = await findVoidedClaim(tx, dues);
  if (voided === null) return;
  const id = publicId("invoice", voided.id);
  throw domainError(
    "period_voided",
    `The period was billed by invoice ${voided.number ?? id}, which is void; POST /v1/invoices/${id}/regenerate makes it again.`,
  );
}
