import { isDeepStrictEqual } from "node:util";
import {
  type ImportedFacts,
  type ImportedInvoice,
  importedLines,
} from "#libs/core/invoice/imported-invoice.ts";
import type { NumberedInvoice } from "#libs/data/imported-invoices.ts";
import type { TaxRateRow } from "#libs/data/tax-rates.ts";

/**
 * What is wrong with importing an invoice whose number is held already; null: it says what was imported under it, so nothing is
 * lost by leaving it as it is. Compared is what the import said, not what was paid here since. A due date that is left out is
 * not compared, as the terms it would follow may have changed.
 */
export function differenceToImported(
  known: NumberedInvoice,
  said: {
    readonly invoice: ImportedInvoice;
    readonly customerId: string;
    readonly rate: TaxRateRow | undefined;
    readonly facts: ImportedFacts;
  },
): string | null {
  if (!known.imported) return `${known.number} is an invoice that was issued here`;
  const { invoice, customerId, rate, facts } = said;
  const isPaid = facts.paidMinor > 0n && known.imported_paid_minor > 0n;
  const isAt = (stored: Date | null, at: ImportedFacts["issuedAt"]) =>
    stored?.getTime() === at.epochMilliseconds;
  const rateIds = facts.taxMinor > 0n && rate !== undefined ? [rate.id] : [];
  const differs = Object.entries({
    customer: known.customer_id !== customerId,
    currency: known.currency !== invoice.currency,
    issued_at: !isAt(known.issued_at, facts.issuedAt),
    due_date: facts.dueAt !== null && !isAt(known.due_at, facts.dueAt),
    total: known.total_minor !== facts.totalMinor,
    tax_total: known.tax_total_minor !== facts.taxMinor,
    tax_rate: known.tax_total_minor === facts.taxMinor && !isDeepStrictEqual(known.tax_rate_ids, rateIds),
    amount_paid: known.imported_paid_minor !== facts.paidMinor,
    paid_at: isPaid && !isAt(known.imported_paid_at, facts.paidAt),
    description: known.description !== (invoice.description ?? null),
    lines: !isDeepStrictEqual(known.line_hashes, lineHashes(known, said)),
  }).flatMap(([name, isOther]) => (isOther ? [name] : []));
  if (differs.length === 0) return null;
  const paid = differs.includes("amount_paid") ? "; what was paid since is recorded as its payment" : "";
  return `${known.number} was imported before with another ${differs.join(", ")}; what is issued is never changed${paid}`;
}

/** Of its lines alone: what a single line takes from the totals and the description is compared there. */
function lineHashes(
  known: NumberedInvoice,
  { invoice, rate, facts }: Parameters<typeof differenceToImported>[1],
): string[] {
  const { lines } = importedLines(
    { ...invoice, currency: known.currency, description: known.description ?? undefined },
    {
      facts: { ...facts, totalMinor: known.total_minor, taxMinor: known.tax_total_minor },
      taxInclusive: rate?.inclusive === true,
      key: "",
    },
  );
  return lines.map(({ line }) => line.inputHash);
}
