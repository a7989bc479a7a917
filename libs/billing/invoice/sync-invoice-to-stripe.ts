import { domainError } from "#libs/core/errors.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import type { DeliveryInvoice } from "#libs/data/invoice-delivery.ts";
import { insertProviderObject } from "#libs/data/provider-objects.ts";
import type { StripeClient } from "#libs/platform/stripe/stripe-client.ts";
import {
  addStripeLines,
  createStripeInvoice,
  finalizeStripeInvoice,
  findStripeInvoice,
  hasStripeLine,
  readStripeInvoice,
  type StripeLine,
} from "#libs/platform/stripe/stripe-invoices.ts";
import type { Deps } from "../deps.ts";
import type { EffectDeps } from "../effect/run-effect.ts";
import { runStripeEffect } from "../effect/run-stripe-effect.ts";
import { stripeOfInvoice } from "../payment/tenant-stripe.ts";
import { type DeliveryInput, inDelivery, requireDeliveryInvoice } from "./delivery-invoice.ts";
import { settleStripeMirror } from "./settle-stripe-mirror.ts";
import { ensureStripeCustomer } from "./stripe-customer.ts";
import { stripeMirrorLines } from "./stripe-mirror-lines.ts";
import { voidStripeMirror } from "./void-stripe-mirror.ts";

export type SyncOutcome =
  | { readonly stripeInvoiceId: string }
  | { readonly skipped: "off" | "nothing_due" | "voided" };

type MirrorDeps = EffectDeps & { readonly stripe: StripeClient };

/**
 * Mirrors an issued invoice at Stripe: customer, draft, lines, total compared, finalized. Stripe never collects it by
 * itself. Each call is an effect of its own, so the work goes on wherever it stopped. Emits invoice.stripe_synced
 * once. An invoice with nothing due needs no mirror.
 * @throws DomainError stripe_amount_inexpressible, invoice_totals_differ, provider_unavailable, provider_refused
 */
export async function syncInvoiceToStripe(
  deps: Pick<Deps, "database" | "failpoint" | "leaseMs" | "secrets" | "stripe">,
  input: DeliveryInput,
): Promise<SyncOutcome> {
  const stripe = await stripeOfInvoice(deps, input);
  if (stripe === null) return { skipped: "off" };
  const invoice = await inDelivery(deps, input, "invoice.sync_stripe", (tx) =>
    requireDeliveryInvoice(tx, input.invoiceId),
  );
  if (invoice.stripe_invoice_id !== null) return { stripeInvoiceId: invoice.stripe_invoice_id };
  if (invoice.invoice_status === "voided") return { skipped: "voided" };
  if (invoice.amount_due_minor <= 0n) return { skipped: "nothing_due" };
  const mirror = { ...deps, stripe };
  const { lines, total } = stripeMirrorLines(invoice.document);
  const customerId = await ensureStripeCustomer(mirror, input, invoice);
  const draft = await createDraft(mirror, input, invoice, customerId);
  const filled = await fillDraft(mirror, input, draft.id, lines);
  requireTotal(invoice, filled.total, total);
  const finalized = await finalizeDraft(mirror, input, draft.id);
  requireTotal(invoice, finalized.total, total);
  await inDelivery(deps, input, "invoice.sync_stripe", async (tx) => {
    const link = { provider: "stripe", kind: "invoice", localId: invoice.id, providerId: draft.id } as const;
    if (!(await insertProviderObject(tx, link))) return;
    await emitEvents(tx, [{ type: "invoice.stripe_synced", subjectType: "invoice", subjectId: invoice.id }]);
  });
  // Money that came, and a void, before the mirror stood found nothing to settle or to void.
  await settleStripeMirror(deps, input);
  await voidStripeMirror(deps, input);
  return { stripeInvoiceId: draft.id };
}

function createDraft(
  deps: MirrorDeps,
  input: DeliveryInput,
  invoice: DeliveryInvoice,
  customerId: string,
): Promise<{ readonly id: string }> {
  const metadata = { billwright_tenant: input.tenantId, billwright_invoice: invoice.id };
  return runStripeEffect(deps, {
    tenantId: input.tenantId,
    kind: "stripe.invoice_create",
    businessKey: invoice.id,
    probe: async (since) => {
      const id = await findStripeInvoice(deps.stripe, { customerId, since, metadata });
      return id === null ? null : { id };
    },
    act: ({ idempotencyKey, epoch }) =>
      createStripeInvoice(
        deps.stripe,
        {
          customerId,
          currency: invoice.currency,
          description: `Invoice ${invoice.number}`,
          daysUntilDue: daysUntilDue(invoice),
          metadata: {
            ...metadata,
            billwright_number: invoice.number,
            billwright_epoch: String(epoch),
          },
        },
        idempotencyKey,
      ),
  });
}

/** Stripe wants an address for an invoice that is sent, though it never sends this one. */
function daysUntilDue(invoice: DeliveryInvoice): number | null {
  if (invoice.collection === "charge_automatically" || invoice.customer_email === null) return null;
  if (invoice.due_at === null) return 0;
  return Math.max(0, Math.ceil((invoice.due_at.getTime() - invoice.issued_at.getTime()) / 86_400_000));
}

function fillDraft(
  deps: MirrorDeps,
  input: DeliveryInput,
  draftId: string,
  lines: readonly StripeLine[],
): Promise<{ readonly id: string; readonly status: string; readonly total: string }> {
  const first = lines[0]?.metadata ?? {};
  return runStripeEffect(deps, {
    tenantId: input.tenantId,
    kind: "stripe.invoice_lines",
    businessKey: input.invoiceId,
    // All lines go in one call, so one of them stands for all.
    probe: async () =>
      (await hasStripeLine(deps.stripe, draftId, first)) ? readStripeInvoice(deps.stripe, draftId) : null,
    act: ({ idempotencyKey }) => addStripeLines(deps.stripe, draftId, lines, idempotencyKey),
  });
}

function finalizeDraft(
  deps: MirrorDeps,
  input: DeliveryInput,
  draftId: string,
): Promise<{ readonly id: string; readonly status: string; readonly total: string }> {
  return runStripeEffect(deps, {
    tenantId: input.tenantId,
    kind: "stripe.invoice_finalize",
    businessKey: input.invoiceId,
    probe: async () => {
      const now = await readStripeInvoice(deps.stripe, draftId);
      return now.status === "draft" ? null : now;
    },
    act: ({ idempotencyKey }) => finalizeStripeInvoice(deps.stripe, draftId, idempotencyKey),
  });
}

function requireTotal(invoice: DeliveryInvoice, theirs: string, ours: bigint): void {
  if (theirs === ours.toString()) return;
  throw domainError(
    "invoice_totals_differ",
    `Stripe adds ${invoice.number} up to ${theirs} of its smallest ${invoice.currency} units, we to ${ours}`,
  );
}
