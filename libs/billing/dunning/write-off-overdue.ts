import type { TenantTx } from "#libs/data/database.ts";
import { lockPayableInvoice } from "#libs/data/payments.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import {
  isPastCollecting,
  listPastCollecting,
  type WriteOffTerms,
} from "#libs/data/uncollectible-invoices.ts";
import { markInvoiceUncollectible } from "../invoice/mark-uncollectible.ts";

const invoicesAtOnce = 200;

/** After how long the tenant gives up what is unpaid; null: never by itself. */
export async function writeOffTerms(tx: TenantTx): Promise<WriteOffTerms | null> {
  const { uncollectibleAfterDays: days, timezone } = (await currentSettings(tx)).settings;
  return days === null ? null : { days, timezone };
}

/** Invoices that are to be given up now, by the tenant's `uncollectible_after_days`; 200 at a time. */
export async function findWriteOffs(tx: TenantTx): Promise<readonly string[]> {
  const terms = await writeOffTerms(tx);
  return terms === null ? [] : listPastCollecting(tx, { ...terms, limit: invoicesAtOnce });
}

/**
 * Gives up an invoice as a person would, if its time is over still once it is locked: a payment that came, is on its way or
 * is tried again, and a customer whose reminders are paused, keep it. Returns whether it was given up.
 */
export async function writeOffOverdue(tx: TenantTx, invoiceId: string): Promise<boolean> {
  await lockPayableInvoice(tx, invoiceId);
  const terms = await writeOffTerms(tx);
  if (terms === null || !(await isPastCollecting(tx, invoiceId, terms))) return false;
  const reason = `uncollectible_after_days is ${terms.days}`;
  await markInvoiceUncollectible({ ...tx, reason }, { invoiceId });
  return true;
}
