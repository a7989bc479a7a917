import { domainError } from "#libs/core/errors.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { findInvoiceByKey } from "#libs/data/stored-invoice.ts";
import { insertDraftInvoices } from "#libs/data/invoices.ts";
import { newId } from "#libs/data/new-id.ts";
import { draftManual, type ManualInvoiceInput } from "./draft-manual.ts";
import { finalizeInvoices } from "./finalize-invoices.ts";

export type CreateInvoiceInput = ManualInvoiceInput & {
  /** Issue it at once; else it stays a draft until it is finalized. */
  readonly finalize: boolean;
};

/**
 * Makes a manual invoice. It claims no period of a subscription.
 * @returns its id
 * @throws DomainError customer_not_found, subscription_not_found, currency_mismatch, currency_unknown, fields_invalid,
 *   idempotency_key_reused when another invoice has the key
 */
export async function createInvoice(tx: TenantTx, input: CreateInvoiceInput): Promise<string> {
  if (input.idempotencyKey !== undefined && (await findInvoiceByKey(tx, input.idempotencyKey)) !== null) {
    throw domainError(
      "idempotency_key_reused",
      `Another invoice has the idempotency_key ${JSON.stringify(input.idempotencyKey)}.`,
    );
  }
  const invoice = await draftManual(tx, input, newId());
  await insertDraftInvoices(tx, [invoice]);
  const { id, customerId, assembled, currency } = invoice;
  await writeAudit(tx, {
    action: "invoice.create",
    targetType: "invoice",
    targetId: id,
    after: { customerId, currency, totalMinor: assembled.totalMinor, lines: input.lines },
  });
  if (input.finalize) await finalizeInvoices(tx, [id]);
  else await emitEvents(tx, [{ type: "invoice.drafted", subjectType: "invoice", subjectId: id }]);
  return id;
}
