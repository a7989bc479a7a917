import { drawCredits } from "#libs/core/credit/draw-credits.ts";
import {
  insertCreditGrants,
  insertCreditUses,
  lockOpenGrants,
  type NewCreditGrant,
  saveDraftCredits,
} from "#libs/data/credits.ts";
import type { TenantTx } from "#libs/data/database.ts";
import type { DraftInvoiceRow } from "#libs/data/invoice-finalization.ts";
import { newId } from "#libs/data/new-id.ts";

/**
 * Pays drafts that are about to be issued with their customers' credit, and turns a total below zero into credit: amount
 * due = total - credits, never below zero. The drafts are locked by the caller and served in the order given; the grants
 * are locked here, so that two invoices never use the same cent.
 * @returns the drafts with their credits, in the same order
 */
export async function settleCredits(
  tx: TenantTx,
  drafts: readonly DraftInvoiceRow[],
): Promise<DraftInvoiceRow[]> {
  const payable = drafts.filter((draft) => draft.invoice_type !== "credit");
  const grants = await lockOpenGrants(
    tx,
    payable.map((draft) => draft.customer_id),
  );
  const totals = payable.map((draft) => ({
    id: draft.id,
    customerId: draft.customer_id,
    currency: draft.currency,
    totalMinor: draft.total_minor,
  }));
  const open = grants.map((grant) => ({
    id: grant.id,
    customerId: grant.customer_id,
    currency: grant.currency,
    leftMinor: grant.left_minor,
  }));
  const draws = drawCredits(totals, open);
  const drawOf = new Map(draws.map((draw) => [draw.id, draw]));
  const changed = payable.filter((draft) => drawOf.get(draft.id)?.creditMinor !== draft.credit_total_minor);
  await saveDraftCredits(
    tx,
    changed.map((draft) => ({ id: draft.id, creditMinor: drawOf.get(draft.id)?.creditMinor ?? 0n })),
  );
  await insertCreditUses(
    tx,
    draws.flatMap((draw) => draw.uses.map((use) => ({ ...use, invoiceId: draw.id }))),
  );
  await insertCreditGrants(tx, payable.filter((draft) => draft.total_minor < 0n).map(surplusGrant));
  return drafts.map((draft) => {
    if (draft.invoice_type === "credit") return draft;
    const creditMinor = drawOf.get(draft.id)?.creditMinor ?? draft.credit_total_minor;
    return { ...draft, credit_total_minor: creditMinor, amount_due_minor: draft.total_minor - creditMinor };
  });
}

function surplusGrant(draft: DraftInvoiceRow): NewCreditGrant {
  return {
    ...{
      id: newId(),
      customerId: draft.customer_id,
      currency: draft.currency,
      amountMinor: -draft.total_minor,
    },
    ...{
      priority: 0,
      costBasis: null,
      expiresAt: null,
      reason: "invoice_surplus",
      sourceInvoiceId: draft.id,
    },
  };
}
