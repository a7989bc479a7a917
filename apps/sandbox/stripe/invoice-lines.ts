import { randomId } from "../random-id.ts";
import * as params from "./params.ts";
import { linesOf } from "./present-invoice.ts";
import { readCurrency } from "./stripe-currency.ts";
import { parameterError, stateError } from "./stripe-error.ts";
import type { StripeTx } from "./stripe-store.ts";
import type { Invoice, InvoiceLine } from "./stripe-tables.ts";

const mostLines = 250;

export const period = params.group({
  start: params.required(params.integer),
  end: params.required(params.integer),
});

const priceData = params.group({
  currency: params.required(params.text(3)),
  product: params.text(),
  product_data: params.group({
    name: params.required(params.text(250)),
    description: params.text(),
    metadata: params.metadata,
    tax_code: params.unsupported,
    images: params.unsupported,
    unit_label: params.text(),
  }),
  tax_behavior: params.oneOf("exclusive", "inclusive", "unspecified"),
  unit_amount: params.integer,
  unit_amount_decimal: params.decimal,
});

const taxAmount = params.group({
  amount: params.required(params.integer),
  taxable_amount: params.required(params.integer),
  taxability_reason: params.text(),
  tax_rate_data: params.required(
    params.group({
      display_name: params.required(params.text()),
      inclusive: params.required(params.flag),
      percentage: params.required(params.decimal),
      country: params.text(),
      description: params.text(),
      jurisdiction: params.text(),
      jurisdiction_level: params.text(),
      state: params.text(),
      tax_type: params.text(),
    }),
  ),
});

/** One line of `add_lines`. */
export const lineShape = {
  amount: params.integer,
  description: params.text(),
  discountable: params.flag,
  discounts: params.unsupported,
  invoice_item: params.text(),
  metadata: params.metadata,
  period,
  price_data: priceData,
  pricing: params.unsupported,
  quantity: params.integer,
  quantity_decimal: params.decimal,
  tax_amounts: params.listOf(taxAmount),
  tax_rates: params.unsupported,
} satisfies params.ParamShape;

type LineInput = params.Params<typeof lineShape>;

/** Adds lines to a draft, in order, and recomputes its amounts. */
export function addLines(tx: StripeTx, invoice: Invoice, lines: readonly InvoiceLine[]): Invoice {
  const ids = [...invoice.line_ids, ...lines.map((line) => tx.put("line_item", line).id)];
  if (ids.length > mostLines) {
    throw stateError(`An invoice can have at most ${mostLines} line items.`, { param: "lines" });
  }
  return withTotals(tx, { ...invoice, line_ids: ids });
}

/** A stored line from `amount`, or from `price_data` x quantity (rounded half up to minor units). */
export function newLine(tx: StripeTx, invoice: Invoice, input: LineInput, path: string): InvoiceLine {
  const quantity = input.quantity_decimal ?? String(input.quantity ?? 1);
  const amount = amountOf(input, invoice.currency, quantity, path);
  const unit = input.price_data?.unit_amount_decimal ?? input.price_data?.unit_amount?.toString();
  const product = input.price_data?.product ?? randomId("prod_", 14);
  return {
    id: randomId("il_"),
    object: "line_item",
    amount,
    currency: invoice.currency,
    description: input.description ?? input.price_data?.product_data?.name ?? null,
    discount_amounts: [],
    discountable: input.discountable ?? input.price_data === undefined,
    discounts: [],
    invoice: invoice.id,
    livemode: false,
    metadata: params.changeMetadata(null, input.metadata),
    parent: {
      type: "invoice_item_details",
      subscription_item_details: null,
      invoice_item_details: {
        invoice_item: randomId("ii_"),
        proration: false,
        proration_details: null,
        subscription: null,
      },
    },
    period: input.period ?? { start: tx.now, end: tx.now },
    pretax_credit_amounts: [],
    pricing:
      unit === undefined
        ? null
        : { type: "price_details", unit_amount_decimal: unit, price_details: { price: null, product } },
    quantity: Number(quantity),
    quantity_decimal: quantity,
    subscription: null,
    subtotal: amount,
    taxes: (input.tax_amounts ?? []).map(taxOf),
  };
}

function taxOf(
  tax: params.Params<typeof lineShape>["tax_amounts"] extends readonly (infer T)[] | undefined ? T : never,
) {
  return {
    amount: tax.amount,
    tax_behavior: tax.tax_rate_data.inclusive ? ("inclusive" as const) : ("exclusive" as const),
    tax_rate_details: { tax_rate: randomId("txr_") },
    taxability_reason: (tax.taxability_reason ??
      "not_available") as InvoiceLine["taxes"][number]["taxability_reason"],
    taxable_amount: tax.taxable_amount,
    type: "tax_rate_details" as const,
  };
}

function amountOf(input: LineInput, currency: string, quantity: string, path: string): number {
  const { price_data: price } = input;
  if (price === undefined) {
    if (input.amount !== undefined) return input.amount;
    throw parameterError(`${path} needs one of amount or price_data.`, {
      code: "parameter_missing",
      param: `${path}[amount]`,
    });
  }
  if (input.amount !== undefined) {
    throw parameterError("You may only specify one of these parameters: amount, price_data.", {
      param: `${path}[amount]`,
    });
  }
  if (readCurrency(price.currency, `${path}[price_data][currency]`) !== currency) {
    throw stateError(
      `The currency of the line (${price.currency}) must match the currency of the invoice (${currency}).`,
      {
        param: `${path}[price_data][currency]`,
      },
    );
  }
  const unit = price.unit_amount_decimal ?? price.unit_amount?.toString();
  if (unit === undefined || (price.product === undefined) === (price.product_data === undefined)) {
    throw parameterError(
      "price_data needs one of unit_amount or unit_amount_decimal, and one of product or product_data.",
      {
        code: "parameter_missing",
        param: `${path}[price_data]`,
      },
    );
  }
  return multiplyHalfUp(unit, quantity);
}

const scale = 12;

/** a x b of two decimal texts as a whole number, half away from zero. */
function multiplyHalfUp(a: string, b: string): number {
  const product = scaled(a) * scaled(b);
  const unit = 10n ** BigInt(2 * scale);
  const magnitude = product < 0n ? -product : product;
  const rounded = (magnitude + unit / 2n) / unit;
  return Number(product < 0n ? -rounded : rounded);
}

function scaled(text: string): bigint {
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const value = BigInt(whole) * 10n ** BigInt(scale) + BigInt(fraction.padEnd(scale, "0"));
  return text.startsWith("-") ? -value : value;
}

/** The draft with every amount computed from its lines. */
export function withTotals(tx: StripeTx, invoice: Invoice): Invoice {
  const lines = linesOf(tx, invoice);
  const taxes = lines.flatMap((line) => line.taxes);
  const subtotal = sum(lines.map((line) => line.amount));
  const exclusive = sum(taxes.filter((tax) => tax.tax_behavior === "exclusive").map((tax) => tax.amount));
  const inclusive = sum(taxes.map((tax) => tax.amount)) - exclusive;
  const total = subtotal + exclusive;
  const due = Math.max(0, total + invoice.starting_balance);
  return {
    ...invoice,
    subtotal,
    subtotal_excluding_tax: subtotal - inclusive,
    total,
    total_excluding_tax: subtotal - inclusive,
    total_taxes: taxes,
    amount_due: due,
    amount_remaining: due,
  };
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
