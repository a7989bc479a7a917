import { z } from "zod";
import { taxLines } from "#libs/core/invoice/tax-lines.ts";
import type { RoundingMode } from "#libs/core/money/rounding.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { publicId } from "#libs/core/public-id.ts";
import { canonicalJson } from "#libs/core/rating/input-hash.ts";
import type { ReplayDifference } from "#libs/core/rating/replay-line.ts";
import type { TenantTx } from "#libs/data/database.ts";
import type { InvoiceProof } from "#libs/data/invoice-proof.ts";
import type { InvoiceLineView, InvoiceView } from "#libs/data/invoice-reads.ts";
import { settingsOfVersion } from "#libs/data/tenant-settings.ts";

type Found = ReplayDifference & { readonly lineId: string | null };

/** Adds an invoice up again from its lines, taxes it again, and holds its frozen document against its lines. */
export async function replayTotals(
  tx: TenantTx,
  invoice: InvoiceView,
  lines: readonly InvoiceLineView[],
  proof: InvoiceProof,
): Promise<Found[]> {
  const sum = (of: (line: InvoiceLineView) => bigint) => lines.reduce((total, line) => total + of(line), 0n);
  const exclusive = proof.taxes
    .filter((tax) => !tax.inclusive)
    .reduce((total, tax) => total + BigInt(tax.amountMinor), 0n);
  const { subtotal_minor: subtotal, discount_total_minor: discounts, tax_total_minor: tax } = invoice;
  const { total_minor: total, credit_total_minor: credits, amount_due_minor: due } = invoice;
  return [
    ...compare(
      "subtotal",
      subtotal,
      sum((line) => line.amount_minor),
      "the sum of the lines",
    ),
    ...compare(
      "discounts",
      discounts,
      sum((line) => line.discount_minor),
      "the sum of the lines' discounts",
    ),
    ...compare(
      "tax",
      tax,
      sum((line) => line.tax_minor),
      "the sum of the lines' taxes",
    ),
    ...compare("tax", proof.taxes.map(taxAmount), await taxesAgain(tx, invoice, lines, proof), "each tax"),
    ...compare("total", total, subtotal - discounts + exclusive, "subtotal - discounts + exclusive tax"),
    ...compare(
      "amount_due",
      due,
      invoice.invoice_type === "credit" ? 0n : total - credits,
      "total - credits",
    ),
    ...documentDifferences(invoice, lines, proof),
  ];
}

type StoredTax = InvoiceProof["taxes"][number];
const taxAmount = (tax: StoredTax) => ({ ...nameOf(tax.id, tax.inclusive), amount: tax.amountMinor });
const nameOf = (tax: string, inclusive: boolean) => ({ tax, inclusive });

/** Credits for a part of a period, and credit notes, carry the tax of what they credit, and imports that of their engine: they are not taxed anew. */
async function taxesAgain(
  tx: TenantTx,
  invoice: InvoiceView,
  lines: readonly InvoiceLineView[],
  proof: InvoiceProof,
): Promise<{ tax: string; inclusive: boolean; amount: string }[]> {
  const isCarried = invoice.invoice_type === "credit" || invoice.imported_at !== null;
  if (proof.taxes.length === 0 || isCarried || lines.some(givesBack)) return proof.taxes.map(taxAmount);
  const { taxRounding } = await settingsOfVersion(tx, proof.settings_version);
  const rates = ratesOf(lines);
  const { taxes } = taxLines({
    currency: invoice.currency,
    roundingMode: (lines[0]?.rounding_mode ?? "half_up") as RoundingMode,
    taxRounding,
    taxRates: proof.taxes.filter(({ id }, index) => proof.taxes.findIndex((tax) => tax.id === id) === index),
    lines: lines.map((line, index) => ({
      ...{ baseMinor: line.amount_minor - line.discount_minor, ...rates[index] },
      taxBehavior: line.tax_behavior ?? undefined,
    })),
  });
  return proof.taxes.map(({ id, inclusive }) => {
    const again = taxes.find((each) => each.taxRateId === id && each.inclusive === inclusive);
    return { ...nameOf(id, inclusive), amount: (again?.amountMinor ?? 0n).toString() };
  });
}

/** Credits of changes and of late usage say what they give back. */
function givesBack({ inputs }: InvoiceLineView): boolean {
  return z.object({ credit: z.object({}) }).safeParse(inputs).success;
}

const manualTaxes = z.object({
  manual: z.object({ taxable: z.boolean().optional(), taxRateIds: z.array(z.string()).optional() }),
});

/** The rates of each line, as its writer named them; unset: all. Beside such a line, others have what applied to them. */
function ratesOf(lines: readonly InvoiceLineView[]): { taxRateIds?: readonly string[] }[] {
  const written = lines.map((line) => manualTaxes.safeParse(line.inputs).data?.manual);
  const isNamed = written.some((manual) => manual?.taxRateIds !== undefined);
  return lines.map((line, index) => {
    if (written[index]?.taxable === false) return { taxRateIds: [] };
    const named = written[index]?.taxRateIds ?? (isNamed ? line.tax_rate_ids : undefined);
    return named === undefined ? {} : { taxRateIds: named };
  });
}

/** The document must be the one that was frozen, and say what the lines say. */
function documentDifferences(
  invoice: InvoiceView,
  lines: readonly InvoiceLineView[],
  { document, is_intact: isIntact }: InvoiceProof,
): Found[] {
  if (document === null) return [];
  const money = (minor: bigint) => formatMoney({ minor, currency: invoice.currency });
  const ofLines = lines.map((line) => ({
    id: publicId("invoice_line", line.id),
    quantity: line.quantity,
    exactAmount: line.exact_amount,
    amount: money(line.amount_minor),
    tax: money(line.tax_minor),
    tiers: line.tiers,
    inputHash: line.input_hash,
  }));
  const printed = document.lines.map(({ id, quantity, exactAmount, amount, tax, tiers, inputHash }) => ({
    ...{ id, quantity, exactAmount, amount, tax, tiers, inputHash },
  }));
  return [
    ...compare(
      "document_hash",
      "intact",
      isIntact === true ? "intact" : "changed",
      "the frozen document's hash",
    ),
    ...compare("document", printed, ofLines, "the lines as they were issued"),
    ...compare("document", document.total, money(invoice.total_minor), "the total as it was issued"),
  ];
}

function compare(step: string, stored: unknown, replayed: unknown, detail: string): Found[] {
  const [a, b] = [canonicalJson(stored), canonicalJson(replayed)];
  return a === b ? [] : [{ step, stored: a, replayed: b, detail, lineId: null }];
}
