import { z } from "zod";
import {
  type AssembledInvoice,
  assembleInvoice,
  type AssembleInvoiceInput,
  type Discount,
} from "#libs/core/invoice/assemble-invoice.ts";
import type { TaxRate, TaxRounding } from "#libs/core/invoice/tax-lines.ts";
import { DomainError } from "#libs/core/errors.ts";
import { currencyExponent, isCurrency } from "#libs/core/money/currencies.ts";
import { Decimal, formatDecimal, zero } from "#libs/core/money/decimal.ts";
import { formatMoney, parseMoney } from "#libs/core/money/money.ts";
import { roundDecimal, roundToMinor } from "#libs/core/money/rounding.ts";
import { stripeAmount } from "#libs/core/money/stripe-minor-units.ts";
import type { Answer, OtherAnswer, Values } from "../answer.ts";
import { invoiceInput, type InvoiceVector } from "./invoice-vector.ts";
import { unroundedSpread } from "./unrounded-spread.ts";
import {
  currencyCode,
  decimal,
  decimalText,
  minorToDecimal,
  readInput,
  rounding,
  roundedAs,
} from "./read-input.ts";

const inputs = z.discriminatedUnion("op", [
  invoiceInput,
  z.strictObject({ op: z.literal("round"), currency: currencyCode.optional(), amount: decimal, rounding }),
  z.strictObject({
    op: z.literal("sum_rounding"),
    currency: currencyCode.optional(),
    amounts: z.array(decimal),
    rounding,
    order: z.enum(["sum_then_round", "round_then_sum"]),
  }),
  z.strictObject({ op: z.literal("currency_exponent"), currency: currencyCode }),
  z.strictObject({ op: z.literal("provider_minor_units"), currency: currencyCode, amount: decimalText }),
]);
type Inputs = z.infer<typeof inputs>;
type Input<Op extends Inputs["op"]> = Extract<Inputs, { op: Op }>;

const taxRoundings: Readonly<Record<InvoiceVector["tax_rounding"], TaxRounding>> = {
  per_line: "line",
  per_line_per_tax: "line_per_tax",
  per_invoice_per_tax: "invoice_per_tax",
  per_invoice_sum: "invoice",
};

/** Answers questions about invoices and amounts by `libs/core/invoice` and `libs/core/money`. */
export function answerInvoices(raw: unknown): Answer {
  const input = readInput(inputs, raw);
  switch (input.op) {
    case "invoice":
      return invoiceAnswer(input);
    case "round":
      return { values: { amount: roundAmount(input) } };
    case "sum_rounding":
      return sumRounding(input);
    case "currency_exponent":
      return currencyAnswer(input);
    case "provider_minor_units":
      return providerAnswer(input);
  }
}

function roundAmount({ amount, currency, rounding: how }: Omit<Input<"round">, "op">): Decimal {
  if (currency === undefined || currencyExponent(currency) !== how.scale) return roundedAs(amount, how);
  return minorToDecimal(roundToMinor(amount, currency, how.mode), how.scale);
}

function sumRounding({ amounts, order, ...how }: Input<"sum_rounding">): Answer {
  const rounded = amounts.map((amount) => roundAmount({ ...how, amount }));
  const values = { amount: rounded.reduce((sum, each) => sum.plus(each), zero) };
  if (order === "round_then_sum") return { values };
  const exact = amounts.reduce((sum, each) => sum.plus(each), zero);
  const theirs = { amount: roundAmount({ ...how, amount: exact }) };
  return { values, others: [{ rule: "lines_rounded_first", values: theirs }] };
}

function currencyAnswer({ currency }: Input<"currency_exponent">): Answer {
  if (isCurrency(currency)) return { values: { scale: new Decimal(currencyExponent(currency)) } };
  const others: OtherAnswer[] = [{ rule: "currency_in_table", values: { scale: new Decimal(2) } }];
  return { values: { error: codeOfRefusal(() => currencyExponent(currency)) }, others };
}

function providerAnswer({ currency, amount }: Input<"provider_minor_units">): Answer {
  const money = () => {
    const given = new Decimal(amount);
    const isExact = given.decimalPlaces() <= currencyExponent(currency);
    return stripeAmount(parseMoney(isExact ? given.toFixed(currencyExponent(currency)) : amount, currency));
  };
  const refusal = codeOfRefusal(money);
  if (refusal === null) return { values: { minor_units: new Decimal(money().toString()) } };
  if (!isCurrency(currency) || currencyExponent(currency) !== 3) return { values: { error: refusal } };
  const tens = roundDecimal(new Decimal(amount).times(100), 0, "half_up").times(10);
  return {
    values: { error: refusal },
    others: [{ rule: "provider_limit_named", values: { minor_units: tens } }],
  };
}

function codeOfRefusal(compute: () => unknown): string | null {
  try {
    compute();
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

function invoiceAnswer(input: InvoiceVector): Answer {
  const invoice = assembleInvoice(invoiceOf(input));
  const decimals = currencyExponent(input.currency);
  const values = invoiceValues(invoice, (minor) => minorToDecimal(minor, decimals));
  const others: OtherAnswer[] = [{ rule: "parts_add_up", values: unroundedSpread(input, invoice) }];
  return { values, others };
}

function invoiceValues(invoice: AssembledInvoice, major: (minor: bigint) => Decimal): Values {
  const contained = new Set(invoice.taxes.filter((tax) => tax.inclusive).map((tax) => tax.taxRateId));
  const addedTax = ({ taxes }: AssembledInvoice["lines"][number]) =>
    taxes.reduce((sum, tax) => (contained.has(tax.taxRateId) ? sum : sum + tax.amountMinor), 0n);
  return {
    subtotal: major(invoice.subtotalMinor),
    discount: major(invoice.discountTotalMinor),
    subtotal_after_discount: major(invoice.subtotalMinor - invoice.discountTotalMinor),
    tax: major(invoice.taxTotalMinor),
    credits_applied: major(invoice.creditTotalMinor),
    total: major(invoice.amountDueMinor),
    line_totals: invoice.lines.map((each) => major(each.amountMinor - each.discountMinor + addedTax(each))),
    line_discounts: invoice.lines.map((each) => major(each.discountMinor)),
    line_taxes: invoice.lines.map((each) => major(each.taxMinor)),
  };
}

function invoiceOf(input: InvoiceVector): AssembleInvoiceInput {
  return {
    currency: input.currency,
    roundingMode: input.rounding?.mode ?? "half_up",
    taxRounding: taxRoundings[input.tax_rounding],
    taxStatus: "taxable",
    taxRates: taxRatesOf(input),
    lines: input.lines.map((each) => ({
      key: each.id,
      kind: "one_time",
      exactAmount: each.amount,
      taxRateIds: each.taxes?.map(ownTaxId) ?? input.taxes.map((_, index) => invoiceTaxId(index)),
    })),
    discounts: discountsOf(input),
    discountOrder: input.discount_mode === "percent_first_then_fixed" ? "percent_first" : "list",
    credits: input.credits.map((amount, index) => ({
      id: `credit ${index}`,
      available: parseMoney(padded(amount, input.currency), input.currency).minor,
    })),
  };
}

/** Those of the lines first, then those of the invoice, in list order. */
function discountsOf(input: InvoiceVector): Discount[] {
  const own = input.lines.flatMap((each) =>
    each.discounts.map((given) => ({ ...given, applies_to: [each.id] })),
  );
  return [...own, ...input.discounts].map(({ type, value, applies_to }, index) => ({
    id: `discount ${index}`,
    name: `Discount ${index}`,
    kind: type === "percent" ? "percent" : "amount",
    value: type === "percent" ? value : padded(value, input.currency),
    ...(applies_to === undefined ? {} : { appliesTo: applies_to }),
  }));
}

/** An amount with the currency's decimals when it has fewer; more are left for the money itself to refuse. */
function padded(amount: string, currency: string): string {
  const exact = new Decimal(amount);
  const decimals = currencyExponent(currency);
  return exact.decimalPlaces() <= decimals
    ? formatMoney({ minor: BigInt(exact.times(new Decimal(10).pow(decimals)).toFixed(0)), currency })
    : amount;
}

function taxRatesOf(input: InvoiceVector): TaxRate[] {
  const own = new Set(input.lines.flatMap((each) => each.taxes ?? []));
  return [
    ...input.taxes.map(({ percent, inclusive }, index) => ({
      id: invoiceTaxId(index),
      name: "Tax",
      percentage: percent,
      inclusive: inclusive ?? false,
    })),
    ...[...own].map((percent) => ({
      id: ownTaxId(percent),
      name: "Tax",
      percentage: formatDecimal(new Decimal(percent)),
      inclusive: false,
    })),
  ];
}

function invoiceTaxId(index: number): string {
  return `invoice ${index}`;
}

function ownTaxId(percent: string): string {
  return `line ${percent}`;
}
