import { drawCredits } from "#libs/core/credit/draw-credits.ts";
import { listOpenGrants } from "#libs/data/credits.ts";
import type { TenantTx } from "#libs/data/database.ts";
import type { NewInvoice } from "#libs/data/invoices.ts";
import type { CreateInvoiceInput } from "./create-invoice.ts";
import { draftManual } from "./draft-manual.ts";

/**
 * The manual invoice that `createInvoice` would make, with the credit that would pay it where it is to be issued at once; a
 * draft uses none before it is issued. Writes nothing.
 * @throws DomainError what `draftManual` throws
 */
export async function previewManual(tx: TenantTx, input: CreateInvoiceInput): Promise<NewInvoice> {
  const invoice = await draftManual(tx, input, "preview");
  if (!input.finalize) return invoice;
  const { id, customerId, currency, assembled } = invoice;
  const grants = (await listOpenGrants(tx, customerId)).map((grant) => ({
    ...{ id: grant.id, customerId: grant.customer_id, currency: grant.currency, leftMinor: grant.left_minor },
  }));
  const [draw] = drawCredits([{ id, customerId, currency, totalMinor: assembled.totalMinor }], grants);
  const creditTotalMinor = draw?.creditMinor ?? 0n;
  const amountDueMinor = assembled.totalMinor - creditTotalMinor;
  return { ...invoice, assembled: { ...assembled, creditTotalMinor, amountDueMinor } };
}
