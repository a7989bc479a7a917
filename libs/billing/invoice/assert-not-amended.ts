import { domainError } from "#libs/core/errors.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findAmendment } from "#libs/data/invoice-claims.ts";
import type { StoredInvoice } from "#libs/data/stored-invoice.ts";
import { lockSubscriptions } from "#libs/data/subscription-progress.ts";

/**
 * Whether what an invoice billed of its periods is still all that is billed of them: a later invoice may have given a part
 * back (a change) or settled the rest (late usage), and what it did was worked out from this one. The invoice must be
 * locked; its subscription is locked here, so that no change works it out meanwhile.
 * @throws DomainError invoice_amended, which names the invoice that has to go first
 */
export async function assertNotAmended(tx: TenantTx, invoice: StoredInvoice): Promise<void> {
  if (invoice.subscription_id === null) return;
  await lockSubscriptions(tx, [invoice.subscription_id]);
  const later = await findAmendment(tx, invoice.id);
  if (later === null) return;
  const did = later.kind === "proration_credit" ? "gives back a part" : "settles late usage";
  throw domainError(
    "invoice_amended",
    `Invoice ${later.number ?? "(draft)"} ${did} of what invoice ${invoice.number ?? "(draft)"} billed: void that first.`,
  );
}
