import { domainError } from "../errors.ts";
import { allocate } from "../money/allocate.ts";
import { Decimal, formatDecimal, parseDecimal } from "../money/decimal.ts";
import { checkMinorRange, formatMoney, parseMoney } from "../money/money.ts";
import { type RoundingMode, roundToMinor } from "../money/rounding.ts";
import type { DecimalString } from "../price/price.ts";
import { printedMinor } from "../rating/printed-amount.ts";
import { type CarriedTax, withCarriedTaxes } from "./carried-taxes.ts";
import type { LineKind } from "./invoice-document.ts";
import {
  type InvoiceTax,
  type LineTax,
  type TaxBehavior,
  type TaxRate,
  type TaxRounding,
  taxLines,
} from "./tax-lines.ts";
import type { TaxStatus } from "./tax-notices.ts";

export type DraftLine = {
  /** Unique within the invoice; discounts name it. */
  readonly key: string;
  readonly kind: LineKind;
  /** Major units, unrounded. */
  readonly exactAmount: Decimal;
  /** Minor units, where it was rounded together with other lines; unset: rounded by itself. */
  readonly amountMinor?: bigint | undefined;
  /** Unset: true. */
  readonly taxable?: boolean;
  /** Ids of the tax rates that apply; unset: all of the invoice's. */
  readonly taxRateIds?: readonly string[];
  /** Whether its amount contains its taxes; unset: as each rate says. */
  readonly taxBehavior?: TaxBehavior | undefined;
  /** Taxes that are fixed already: a credit carries what was billed, whatever holds today. No other tax applies to it. */
  readonly carriedTaxes?: readonly CarriedTax[];
  /** Of a line below zero that takes something off other lines, as a maximum does: their keys. Discounts see what is left. */
  readonly lowers?: readonly string[];
};

/** `value`: percent of what is left, or an amount in major units. `appliesTo`: keys of lines; unset: all. */
export type Discount = {
  readonly id: string;
  readonly name: string;
  readonly kind: "percent" | "amount";
  readonly value: DecimalString;
  readonly appliesTo?: readonly string[];
};

/** A credit grant in the invoice's currency, with the minor units left in it. */
export type AvailableCredit = { readonly id: string; readonly available: bigint };

export type AssembleInvoiceInput = {
  readonly currency: string;
  readonly roundingMode: RoundingMode;
  readonly taxRounding: TaxRounding;
  readonly taxStatus: TaxStatus;
  readonly taxRates: readonly TaxRate[];
  readonly lines: readonly DraftLine[];
  /** Each is taken of what the ones before left. */
  readonly discounts: readonly Discount[];
  /**
   * `list` (unset): as they stand. `percent_first`: those of single lines as they stand, then percentages, then amounts,
   * so that a fixed discount never makes a percentage smaller.
   */
  readonly discountOrder?: "list" | "percent_first";
  /** Used up in this order. */
  readonly credits: readonly AvailableCredit[];
};

export type AssembledLine = {
  readonly key: string;
  readonly amountMinor: bigint;
  readonly discountMinor: bigint;
  /** All taxes of the line, inclusive ones too. */
  readonly taxMinor: bigint;
  readonly taxes: readonly LineTax[];
  readonly taxBehavior?: TaxBehavior | undefined;
};

export type InvoiceStep = {
  readonly name: "lines" | "discounts" | "tax" | "total" | "credits";
  readonly before: DecimalString;
  readonly after: DecimalString;
  readonly detail: string;
};

export type AssembledInvoice = {
  readonly lines: readonly AssembledLine[];
  readonly subtotalMinor: bigint;
  readonly discountTotalMinor: bigint;
  /** Exclusive and inclusive tax together. */
  readonly taxTotalMinor: bigint;
  /** The part of it that is added to the total. */
  readonly exclusiveTaxMinor: bigint;
  readonly totalMinor: bigint;
  readonly creditTotalMinor: bigint;
  readonly amountDueMinor: bigint;
  readonly taxes: readonly InvoiceTax[];
  readonly discounts: readonly { readonly id: string; readonly name: string; readonly amountMinor: bigint }[];
  readonly creditsUsed: readonly { readonly id: string; readonly amountMinor: bigint }[];
  readonly steps: readonly InvoiceStep[];
};

type Stage = (invoice: AssembledInvoice, input: AssembleInvoiceInput) => AssembledInvoice;

const stages: readonly Stage[] = [roundLines, spreadDiscounts, addTaxes, addUp, useCredits];

const empty: AssembledInvoice = {
  lines: [],
  subtotalMinor: 0n,
  discountTotalMinor: 0n,
  taxTotalMinor: 0n,
  exclusiveTaxMinor: 0n,
  totalMinor: 0n,
  creditTotalMinor: 0n,
  amountDueMinor: 0n,
  taxes: [],
  discounts: [],
  creditsUsed: [],
  steps: [],
};

/**
 * From unrounded lines to the amount due: each line is rounded once, discounts are taken in order from what is left and
 * spread by largest remainder, tax is computed on what remains, then the total, then credits, which never reduce the tax
 * base nor push the amount below zero. subtotal = sum of lines; total = subtotal - discounts + exclusive tax;
 * amount due = total - credits. A negative total is kept as it is and uses no credit.
 * @throws DomainError discount_invalid, currency_unknown, amount_out_of_range, decimal_syntax
 */
export function assembleInvoice(input: AssembleInvoiceInput): AssembledInvoice {
  return stages.reduce((invoice, stage) => stage(invoice, input), empty);
}

function roundLines(invoice: AssembledInvoice, input: AssembleInvoiceInput): AssembledInvoice {
  const lines = input.lines.map((line) => ({
    key: line.key,
    amountMinor: printedMinor(line, input.currency, input.roundingMode),
    discountMinor: 0n,
    taxMinor: 0n,
    taxes: [],
    ...(line.taxBehavior === undefined ? {} : { taxBehavior: line.taxBehavior }),
  }));
  const exact = input.lines.reduce((sum, line) => sum.plus(line.exactAmount), new Decimal(0));
  const subtotalMinor = checkMinorRange(sumOf(lines.map((line) => line.amountMinor)), input.currency);
  const step: InvoiceStep = {
    name: "lines",
    before: formatDecimal(exact),
    after: formatMoney({ minor: subtotalMinor, currency: input.currency }),
    detail: `${lines.length} lines, each rounded ${input.roundingMode}`,
  };
  return { ...invoice, lines, subtotalMinor, steps: [...invoice.steps, step] };
}

/**
 * Lines below zero carry their own discount already and are left alone; of what they take off other lines nobody pays
 * anything, so these have less to take a discount of.
 */
function spreadDiscounts(invoice: AssembledInvoice, input: AssembleInvoiceInput): AssembledInvoice {
  const discountOf = invoice.lines.map(() => 0n);
  const ordered = inOrder(input);
  const charged = loweredAmounts(invoice, input);
  const discounts = ordered.map((discount) => {
    const open = invoice.lines
      .map(({ key }, index) => ({ index, key, left: (charged[index] ?? 0n) - (discountOf[index] ?? 0n) }))
      .filter((line) => discount.appliesTo === undefined || discount.appliesTo.includes(line.key))
      .filter((line) => line.left > 0n);
    const left = sumOf(open.map((line) => line.left));
    const amountMinor = discountAmount(discount, left, input);
    const shares = allocate(
      amountMinor,
      open.map((line) => line.left),
    );
    open.forEach((line, position) => {
      discountOf[line.index] = (discountOf[line.index] ?? 0n) + (shares[position] ?? 0n);
    });
    return { id: discount.id, name: discount.name, amountMinor };
  });
  if (discounts.length === 0) return invoice;
  const lines = invoice.lines.map((line, index) => ({ ...line, discountMinor: discountOf[index] ?? 0n }));
  const discountTotalMinor = sumOf(discounts.map((discount) => discount.amountMinor));
  const detail = ordered
    .map((discount) => `${discount.name} ${discount.value}${discount.kind === "percent" ? " %" : ""}`)
    .join(", then ");
  return addStep({ ...invoice, lines, discounts, discountTotalMinor }, input, {
    name: "discounts",
    before: invoice.subtotalMinor,
    after: invoice.subtotalMinor - discountTotalMinor,
    detail,
  });
}

/** What each line charges once the lines that lower others have taken their part, spread by largest remainder. */
function loweredAmounts({ lines }: AssembledInvoice, input: AssembleInvoiceInput): bigint[] {
  const charged = lines.map((line) => line.amountMinor);
  input.lines.forEach(({ lowers }, index) => {
    const takenOff = -(lines[index]?.amountMinor ?? 0n);
    if (lowers === undefined || takenOff <= 0n) return;
    const open = lines.flatMap(({ key }, n) => (lowers.includes(key) && (charged[n] ?? 0n) > 0n ? [n] : []));
    const weights = open.map((n) => charged[n] ?? 0n);
    const parts = open.length === 0 ? [] : allocate(smaller(takenOff, sumOf(weights)), weights);
    open.forEach((n, position) => {
      charged[n] = (charged[n] ?? 0n) - (parts[position] ?? 0n);
    });
  });
  return charged;
}

function inOrder({ discounts, discountOrder }: AssembleInvoiceInput): readonly Discount[] {
  if (discountOrder !== "percent_first") return discounts;
  const rank = (discount: Discount) =>
    discount.appliesTo !== undefined ? 0 : discount.kind === "percent" ? 1 : 2;
  return [...discounts].sort((a, b) => rank(a) - rank(b));
}

function discountAmount(discount: Discount, left: bigint, input: AssembleInvoiceInput): bigint {
  if (discount.kind === "amount") {
    const { minor } = parseMoney(discount.value, input.currency);
    if (minor < 0n) throw discountInvalid(discount, "an amount must not be negative");
    return smaller(minor, left);
  }
  const percentage = parseDecimal(discount.value, `discount ${discount.id}`);
  if (percentage.lt(0) || percentage.gt(100))
    throw discountInvalid(discount, "a percentage is from 0 to 100");
  const leftMajor = new Decimal(formatMoney({ minor: left, currency: input.currency }));
  return roundToMinor(leftMajor.times(percentage).div(100), input.currency, input.roundingMode);
}

function discountInvalid(discount: Discount, why: string): Error {
  return domainError("discount_invalid", `discount ${discount.id}: ${why}, got ${discount.value}`);
}

function addTaxes(invoice: AssembledInvoice, input: AssembleInvoiceInput): AssembledInvoice {
  const isTaxed = input.taxStatus === "taxable" && input.taxRates.length > 0;
  if (!isTaxed && input.lines.every((line) => line.carriedTaxes === undefined)) return invoice;
  const computed = taxLines({
    currency: input.currency,
    roundingMode: input.roundingMode,
    taxRounding: input.taxRounding,
    taxRates: input.taxRates,
    lines: invoice.lines.map(({ amountMinor, discountMinor }, index) => {
      const draft = input.lines[index];
      const isFree = !isTaxed || draft?.taxable === false || draft?.carriedTaxes !== undefined;
      const taxRateIds = isFree ? [] : draft?.taxRateIds;
      const line = { baseMinor: amountMinor - discountMinor, taxBehavior: draft?.taxBehavior };
      return taxRateIds === undefined ? line : { ...line, taxRateIds };
    }),
  });
  const carriedOf = invoice.lines.map((line, index) => ({
    baseMinor: line.amountMinor - line.discountMinor,
    carried: input.lines[index]?.carriedTaxes ?? [],
  }));
  const taxes = withCarriedTaxes(computed.taxes, carriedOf);
  if (taxes.length === 0) return invoice;
  const lines = invoice.lines.map((line, index) => {
    const carried = carriedOf[index]?.carried ?? [];
    const taxesOfLine = [
      ...(computed.lineTaxes[index] ?? []),
      ...carried.map(({ rate, amountMinor }) => ({ taxRateId: rate.id, amountMinor })),
    ];
    return { ...line, taxes: taxesOfLine, taxMinor: sumOf(taxesOfLine.map((tax) => tax.amountMinor)) };
  });
  const taxTotalMinor = sumOf(taxes.map((tax) => tax.amountMinor));
  const exclusiveTaxMinor = sumOf(taxes.filter((tax) => !tax.inclusive).map((tax) => tax.amountMinor));
  const net = invoice.subtotalMinor - invoice.discountTotalMinor;
  const detail = taxes
    .map((tax) => `${tax.name} ${tax.percentage} %${tax.inclusive ? " included" : ""}`)
    .join(", ");
  return addStep({ ...invoice, lines, taxes, taxTotalMinor, exclusiveTaxMinor }, input, {
    name: "tax",
    before: net,
    after: net + exclusiveTaxMinor,
    detail: `${detail}, rounded per ${input.taxRounding}`,
  });
}

function addUp(invoice: AssembledInvoice, input: AssembleInvoiceInput): AssembledInvoice {
  const net = invoice.subtotalMinor - invoice.discountTotalMinor;
  const totalMinor = checkMinorRange(net + invoice.exclusiveTaxMinor, input.currency);
  return addStep({ ...invoice, totalMinor, amountDueMinor: totalMinor }, input, {
    name: "total",
    before: invoice.subtotalMinor,
    after: totalMinor,
    detail: "subtotal - discounts + exclusive tax",
  });
}

function useCredits(invoice: AssembledInvoice, input: AssembleInvoiceInput): AssembledInvoice {
  let open = invoice.totalMinor;
  const creditsUsed = input.credits.flatMap((credit) => {
    const amountMinor = smaller(credit.available, open);
    if (amountMinor <= 0n) return [];
    open -= amountMinor;
    return [{ id: credit.id, amountMinor }];
  });
  if (creditsUsed.length === 0) return invoice;
  const creditTotalMinor = invoice.totalMinor - open;
  return addStep({ ...invoice, creditsUsed, creditTotalMinor, amountDueMinor: open }, input, {
    name: "credits",
    before: invoice.totalMinor,
    after: open,
    detail: `${creditsUsed.length} of ${input.credits.length} credit grants used`,
  });
}

function addStep(
  invoice: AssembledInvoice,
  { currency }: AssembleInvoiceInput,
  step: {
    readonly name: InvoiceStep["name"];
    readonly before: bigint;
    readonly after: bigint;
    readonly detail: string;
  },
): AssembledInvoice {
  const { name, detail } = step;
  const before = formatMoney({ minor: step.before, currency });
  const after = formatMoney({ minor: step.after, currency });
  return { ...invoice, steps: [...invoice.steps, { name, before, after, detail }] };
}

function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

function sumOf(amounts: readonly bigint[]): bigint {
  return amounts.reduce((a, b) => a + b, 0n);
}
