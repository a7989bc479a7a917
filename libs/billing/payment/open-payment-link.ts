import type { Temporal } from "temporal-polyfill";
import type { PaymentLinkClaim } from "#libs/core/payment/payment-link-token.ts";
import { type PaymentLinkState, paymentLinkState } from "#libs/core/payment/payment-link-state.ts";
import type { Settings } from "#libs/core/settings.ts";
import { type Database, withSystemSql, withTenant } from "#libs/data/database.ts";
import { type DeliveryInvoice, loadDeliveryInvoice } from "#libs/data/invoice-delivery.ts";
import { leftToPay } from "#libs/data/left-to-pay.ts";
import { findOpenAttempt } from "#libs/data/payment-attempts.ts";
import { findHeldLink } from "#libs/data/payment-links.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";

/** What is behind a link right now. */
export type OpenedLink = {
  readonly tenantId: string;
  readonly linkId: string;
  readonly invoiceId: string;
  readonly state: PaymentLinkState;
  readonly brand: Settings["brand"];
  /** The tenant's clock. */
  readonly now: Temporal.Instant;
  /** To be shown only as far as `state` allows (`showsInvoice`). */
  readonly invoice: DeliveryInvoice;
};

/**
 * Looks behind a link whose signature was checked: by the system role for whose it is, then as its tenant. Changes
 * nothing. Null when there is no such link, such as after a database was set up anew under the same secret.
 */
export async function openPaymentLink(
  database: Database,
  claim: Pick<PaymentLinkClaim, "linkId" | "expiresAtSeconds">,
  request: { readonly requestId: string; readonly address: string },
): Promise<OpenedLink | null> {
  const held = await withSystemSql(database, (db) => findHeldLink(db, claim));
  if (held === null) return null;
  const scope = { tenantId: held.tenant_id, actor: "payment_link", ...request };
  return withTenant(database, scope, async (tx) => {
    const invoice = await loadDeliveryInvoice(tx, held.invoice_id);
    if (invoice === null) return null;
    const attempt = await findOpenAttempt(tx, invoice.id);
    const { settings } = await currentSettings(tx);
    const state = paymentLinkState({
      isRevoked: held.is_revoked,
      isExpired: held.is_expired,
      invoiceStatus: invoice.invoice_status,
      isUncollectible: invoice.uncollectible_at !== null,
      leftMinor: leftToPay(invoice),
      paymentStatus: invoice.payment_status,
      attempt:
        attempt === null
          ? null
          : {
              state: attempt.state === "processing" ? "processing" : "open",
              isByLink: attempt.payment_link_id !== null,
              hasFailed: attempt.failure_code !== null,
            },
    });
    return {
      ...{ tenantId: held.tenant_id, linkId: held.id, invoiceId: invoice.id },
      ...{ state, invoice, brand: settings.brand, now: tx.now },
    };
  });
}
