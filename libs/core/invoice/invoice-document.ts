import type { DecimalString } from "../price/price.ts";
import type { DocumentTemplate } from "./document-template.ts";

export type LineKind =
  | "recurring"
  | "usage"
  | "one_time"
  | "proration_charge"
  | "proration_credit"
  | "minimum_commitment"
  | "late_usage"
  | "adjustment";

/** One band of a tiered line: how many units fell into it and what they cost, in major units, exact. */
export type DocumentTier = {
  readonly from: DecimalString;
  readonly upTo: DecimalString | null;
  readonly quantity: DecimalString;
  readonly unitAmount: DecimalString;
  readonly flatAmount: DecimalString;
  readonly amount: DecimalString;
};

/** A change of the quantity (units) or of the amount (major units, exact) on the way to a line's amount. */
export type DocumentStep = {
  readonly name: "included_units" | "transform_quantity" | "minimum_amount" | "maximum_amount";
  readonly before: DecimalString;
  readonly after: DecimalString;
};

export type DocumentLine = {
  readonly id: string;
  readonly kind: LineKind;
  readonly description: string;
  /** Value of the meter's group, e.g. `region=eu`; "" when the meter has none. */
  readonly group: string;
  readonly quantity: DecimalString;
  readonly unit: string | null;
  /** Price of one unit; null where no single one exists (tiers, packages). */
  readonly unitAmount: DecimalString | null;
  /** Rounded, in major units with the currency's decimals. */
  readonly amount: DecimalString;
  readonly exactAmount: DecimalString;
  readonly discount: DecimalString;
  readonly tax: DecimalString;
  /** Instants in UTC; the end is exclusive. */
  readonly periodStart: string;
  readonly periodEnd: string;
  readonly tiers: readonly DocumentTier[];
  /** What stands between quantity x price and the amount, in order; steps that changed nothing are left out. */
  readonly steps: readonly DocumentStep[];
  readonly proration: { readonly numerator: string; readonly denominator: string } | null;
  /** SHA-256 of everything that made the amount. */
  readonly inputHash: string;
};

export type DocumentTax = {
  readonly name: string;
  /** Percent: "19" is 19 %. */
  readonly percentage: DecimalString;
  readonly inclusive: boolean;
  readonly taxableAmount: DecimalString;
  readonly amount: DecimalString;
};

/**
 * What an invoice says, fixed when it is finalized. The PDF, explain and replay read this and nothing else.
 * Amounts are decimal strings in major units; instants RFC 3339 in UTC, printed in `timezone`.
 */
export type InvoiceDocument = {
  readonly schema: 1;
  readonly invoiceId: string;
  readonly invoiceType: "subscription" | "one_off" | "credit";
  readonly number: string;
  /** Of a credit note: number of the invoice that it corrects, and why; null on invoices. */
  readonly corrects: { readonly number: string; readonly reason: string | null } | null;
  /** What its writer says about all of it, on one or more lines; unset on documents of before it was printed. */
  readonly description?: string | null;
  readonly issuedAt: string;
  readonly dueAt: string;
  readonly currency: string;
  readonly timezone: string;
  readonly locale: string;
  readonly periodStart: string | null;
  readonly periodEnd: string | null;
  readonly seller: {
    readonly name: string;
    readonly address: readonly string[];
    readonly taxId: string | null;
    /** A `data:` URL, or null. */
    readonly logo: string | null;
    /** CSS hex colour. */
    readonly color: string | null;
    readonly footer: string | null;
    readonly email: string | null;
  };
  readonly customer: {
    readonly id: string;
    readonly externalId: string | null;
    readonly name: string;
    readonly email: string | null;
    readonly address: readonly string[];
    readonly taxIds: readonly string[];
    readonly taxStatus: "taxable" | "exempt" | "reverse_charge";
  };
  readonly lines: readonly DocumentLine[];
  readonly taxes: readonly DocumentTax[];
  /** By coupon. */
  readonly discounts: readonly { readonly name: string; readonly amount: DecimalString }[];
  readonly subtotal: DecimalString;
  readonly discountTotal: DecimalString;
  readonly taxTotal: DecimalString;
  readonly total: DecimalString;
  readonly creditTotal: DecimalString;
  readonly amountDue: DecimalString;
  /** Sentences that must be printed, such as the reverse-charge notice. */
  readonly notices: readonly string[];
  readonly pageSize: "A4" | "Letter";
  readonly settingsVersion: number;
  /** Of the layout. */
  readonly templateVersion: string;
  /** The tenant's own, in the language of the document; unset where it had none. */
  readonly template?: DocumentTemplate;
  readonly tzdataVersion: string;
};
