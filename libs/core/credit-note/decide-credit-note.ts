import { assertNoPlaces } from "../assert-places.ts";
import { domainError, type ErrorPlace } from "../errors.ts";
import type { AssembledInvoice } from "../invoice/assemble-invoice.ts";
import { withCarriedTaxes } from "../invoice/carried-taxes.ts";
import { rateFor, type TaxRate } from "../invoice/tax-lines.ts";
import { formatMoney, parseMoney } from "../money/money.ts";
import type { DecimalString } from "../price/price.ts";
import {
  type CreditableLine,
  creditPart,
  type CreditedLine,
  type InclusiveOf,
  leftOf,
  spreadCredit,
  totalOf,
} from "./credit-amounts.ts";

/** Where what a credit note takes back goes: paid out, the customer's credit, or off what is left to pay. */
export type Settlement = "refund" | "credit" | "offset";

/** What to take back: parts of lines, before their discount and tax (unset: all that is left), or a total, tax included. */
export type CreditAsked =
  | { readonly lines: readonly { readonly lineId: string; readonly amount?: DecimalString | undefined }[] }
  | { readonly amount: DecimalString };

/** An issued invoice as a credit note sees it; amounts in minor units. */
export type CorrectedInvoice = {
  readonly number: string;
  readonly currency: string;
  readonly totalMinor: bigint;
  readonly amountPaidMinor: bigint;
  /** What credits of the customer paid. */
  readonly creditsUsedMinor: bigint;
  /** Due, less what is paid and offset; 0 when it was given up. */
  readonly leftToPayMinor: bigint;
  /** Totals of its credit notes that are not void: all of them, those to be refunded, those that became credit. */
  readonly notedMinor: bigint;
  readonly refundedMinor: bigint;
  readonly creditedMinor: bigint;
  /** Lines above zero; the others took something back themselves. */
  readonly lines: readonly CreditableLine[];
  /** Rates that it was taxed with. */
  readonly taxRates: readonly TaxRate[];
  /** Names of what discounted it. */
  readonly discountNames: readonly string[];
};

/** What a credit note says: lines and totals, all positive; nothing is due on it. */
export type CreditNoteDecision = {
  readonly lines: readonly CreditedLine[];
  readonly assembled: AssembledInvoice;
};

/**
 * Decides a credit note: its lines with their share of discount and tax, and its totals. subtotal = sum of amounts before
 * discounts; total = subtotal - discounts + exclusive tax. No line gives back more than was billed for it net of what was given
 * back, and all notes of an invoice together never more than its total.
 * @throws DomainError fields_invalid, invoice_line_not_found, credit_note_exceeds_invoice, credit_note_empty,
 *   credit_note_settlement_invalid, amount_syntax, amount_precision
 */
export function decideCreditNote(
  invoice: CorrectedInvoice,
  asked: CreditAsked,
  settlement: Settlement,
): CreditNoteDecision {
  const inclusive = new Set(invoice.taxRates.filter((rate) => rate.inclusive).map((rate) => rate.id));
  const inclusiveOf: InclusiveOf =
    ({ taxBehavior }) =>
    (taxRateId) =>
      taxBehavior ? taxBehavior === "inclusive" : inclusive.has(taxRateId);
  const lines =
    "lines" in asked ? byLines(invoice, asked.lines) : byTotal(invoice, asked.amount, inclusiveOf);
  const assembled = addUp(invoice, lines, inclusiveOf);
  if (assembled.totalMinor <= 0n)
    throw domainError(
      "credit_note_empty",
      `Nothing is left of these lines of ${invoice.number} to take back.`,
    );
  assertWithin(invoice, assembled.totalMinor);
  assertSettles(invoice, assembled.totalMinor, settlement);
  return { lines, assembled };
}

function byLines(
  invoice: CorrectedInvoice,
  asked: readonly { readonly lineId: string; readonly amount?: DecimalString | undefined }[],
): CreditedLine[] {
  const places: ErrorPlace[] = [];
  const credited = asked.map(({ lineId, amount }, position) => {
    const path = `lines.${position}`;
    const line = invoice.lines.find(({ id }) => id === lineId);
    if (line === undefined) {
      throw domainError(
        "invoice_line_not_found",
        `${path}.line: ${invoice.number} has no such line above zero.`,
      );
    }
    if (asked.findIndex((other) => other.lineId === lineId) < position)
      places.push({ path: `${path}.line`, code: "line_repeated", message: "is named twice" });
    const { amountMinor: left } = leftOf(line);
    const wanted = amount === undefined ? left : parseMoney(amount, invoice.currency).minor;
    const shown = formatMoney({ minor: left, currency: invoice.currency });
    if (amount !== undefined && (wanted <= 0n || wanted > left)) {
      const message = `must be above 0 and at most ${shown}, what is left of the line, got ${amount}`;
      places.push({ path: `${path}.amount`, code: "out_of_range", message });
    }
    return creditPart(line, wanted);
  });
  assertNoPlaces(places);
  return credited;
}

function byTotal(invoice: CorrectedInvoice, amount: DecimalString, inclusiveOf: InclusiveOf): CreditedLine[] {
  const { minor } = parseMoney(amount, invoice.currency);
  if (minor <= 0n) {
    const place = { path: "amount", code: "amount_not_positive", message: `must be above 0, got ${amount}` };
    assertNoPlaces([place]);
  }
  assertWithin(invoice, minor);
  const left = invoice.lines.reduce((total, line) => total + totalOf(leftOf(line), inclusiveOf(line)), 0n);
  if (minor > left) throw exceeds(invoice, left, minor);
  return spreadCredit(invoice.lines, minor, inclusiveOf);
}

/** Not more than the invoice's total, all its notes together. */
function assertWithin(invoice: CorrectedInvoice, totalMinor: bigint): void {
  const left = invoice.totalMinor - invoice.notedMinor;
  if (totalMinor > left) throw exceeds(invoice, left, totalMinor);
}

function exceeds({ number, currency }: CorrectedInvoice, leftMinor: bigint, wantedMinor: bigint): Error {
  const shown = (minor: bigint) => formatMoney({ minor: minor < 0n ? 0n : minor, currency });
  return domainError(
    "credit_note_exceeds_invoice",
    `${shown(leftMinor)} ${currency} of ${number} can still be taken back, the credit note comes to ${shown(wantedMinor)}.`,
  );
}

/**
 * What is offset must still be owed; what is refunded must have been paid, what becomes credit paid by money or credits:
 * of an invoice that nobody pays there is nothing to give back.
 */
function assertSettles(invoice: CorrectedInvoice, totalMinor: bigint, settlement: Settlement): void {
  const { number, currency } = invoice;
  const shown = (minor: bigint) => formatMoney({ minor, currency });
  const refuse = (why: string) => domainError("credit_note_settlement_invalid", why);
  if (settlement === "offset" && totalMinor > invoice.leftToPayMinor) {
    throw refuse(
      `Only ${shown(invoice.leftToPayMinor)} ${currency} is left to pay on ${number}, the credit note comes to ${shown(totalMinor)}: settle it by credit or refund.`,
    );
  }
  const { amountPaidMinor, creditsUsedMinor, refundedMinor, creditedMinor } = invoice;
  const creditable = atLeastZero(amountPaidMinor + creditsUsedMinor - refundedMinor - creditedMinor);
  const refundable = smaller(creditable, atLeastZero(amountPaidMinor - refundedMinor));
  if (settlement === "credit" && totalMinor > creditable) {
    throw refuse(
      `Only ${shown(creditable)} ${currency} that was paid on ${number} can become credit, the credit note comes to ${shown(totalMinor)}: settle it by offset, as far as it is left to pay.`,
    );
  }
  if (settlement === "refund" && totalMinor > refundable) {
    throw refuse(
      `Only ${shown(refundable)} ${currency} that was paid on ${number} can be refunded, the credit note comes to ${shown(totalMinor)}: settle it by credit or offset.`,
    );
  }
}

function addUp(
  invoice: CorrectedInvoice,
  credited: readonly CreditedLine[],
  inclusiveOf: InclusiveOf,
): AssembledInvoice {
  const behaviorOf = (lineId: string) => invoice.lines.find(({ id }) => id === lineId)?.taxBehavior;
  const lines = credited.map(({ lineId, amounts }) => ({
    ...{ taxBehavior: behaviorOf(lineId) ?? undefined },
    ...{ key: lineId, amountMinor: amounts.amountMinor, discountMinor: amounts.discountMinor },
    taxMinor: sumOf(amounts.taxes.map((tax) => tax.amountMinor)),
    taxes: amounts.taxes,
  }));
  const carried = credited.map(({ lineId, amounts }) => ({
    baseMinor: amounts.amountMinor - amounts.discountMinor,
    carried: amounts.taxes.flatMap(({ taxRateId, amountMinor }) => {
      const rate = invoice.taxRates.find(({ id }) => id === taxRateId);
      return rate === undefined ? [] : [{ rate: rateFor(rate, behaviorOf(lineId)), amountMinor }];
    }),
  }));
  const discountTotalMinor = sumOf(lines.map((line) => line.discountMinor));
  const name = invoice.discountNames.join(", ");
  const taxes = withCarriedTaxes([], carried);
  return {
    lines,
    taxes,
    subtotalMinor: sumOf(lines.map((line) => line.amountMinor)),
    discountTotalMinor,
    taxTotalMinor: sumOf(taxes.map((tax) => tax.amountMinor)),
    exclusiveTaxMinor: sumOf(taxes.filter((tax) => !tax.inclusive).map((tax) => tax.amountMinor)),
    totalMinor: sumOf(
      credited.map(({ lineId, amounts }) =>
        totalOf(amounts, inclusiveOf({ taxBehavior: behaviorOf(lineId) ?? null })),
      ),
    ),
    ...{ creditTotalMinor: 0n, amountDueMinor: 0n, creditsUsed: [], steps: [] },
    discounts: discountTotalMinor === 0n ? [] : [{ id: name, name, amountMinor: discountTotalMinor }],
  };
}

function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

function atLeastZero(minor: bigint): bigint {
  return minor < 0n ? 0n : minor;
}

function sumOf(amounts: readonly bigint[]): bigint {
  return amounts.reduce((a, b) => a + b, 0n);
}
