import type { DocumentLine, InvoiceDocument } from "#libs/core/invoice/invoice-document.ts";
import { DomainError, domainError } from "#libs/core/errors.ts";
import {
  formatMoney,
  type Money,
  negateMoney,
  parseMoney,
  subtractMoney,
  sumMoney,
} from "#libs/core/money/money.ts";
import { stripeAmount } from "#libs/core/money/stripe-minor-units.ts";
import type { StripeLine } from "#libs/platform/stripe/stripe-invoices.ts";

/** Stripe's limit for one invoice. */
const mostLines = 250;
const longestDescription = 500;

type MirrorLine = {
  readonly id: string;
  readonly description: string;
  readonly money: Money;
  readonly period: StripeLine["period"];
};

/**
 * The document as Stripe's lines, which add up to its amount due: each line less its discount, taxes that are added as
 * lines of their own, credits as a negative line. What is beyond 250 lines is one line; when a single line cannot be
 * said in Stripe's units though the amount due can, the invoice is one line.
 * @throws DomainError stripe_amount_inexpressible the amount due; invoice_totals_differ the document does not add up
 */
export function stripeMirrorLines(document: InvoiceDocument): {
  readonly lines: readonly StripeLine[];
  /** Amount due in Stripe's smallest unit. */
  readonly total: bigint;
} {
  const due = parseMoney(document.amountDue, document.currency);
  const total = stripeAmount(due);
  const lines = fewEnough(mirrorLines(document), document.currency);
  const sum = sumMoney(
    lines.map((line) => line.money),
    document.currency,
  );
  if (sum.minor !== due.minor) {
    throw domainError(
      "invoice_totals_differ",
      `the lines of ${document.number} add up to ${formatMoney(sum)}, its amount due is ${document.amountDue} ${document.currency}`,
    );
  }
  const whole: MirrorLine = {
    id: document.invoiceId,
    description: `Invoice ${document.number}`,
    money: due,
    period: null,
  };
  return { total, lines: asStripeLines(lines) ?? asStripeLines([whole]) ?? [] };
}

function mirrorLines(document: InvoiceDocument): MirrorLine[] {
  const { currency } = document;
  const lines = document.lines.map(
    (line): MirrorLine => ({
      id: line.id,
      description: describeLine(line),
      money: subtractMoney(parseMoney(line.amount, currency), parseMoney(line.discount, currency)),
      period: { start: unixSeconds(line.periodStart), end: unixSeconds(line.periodEnd) },
    }),
  );
  const taxes = document.taxes
    .filter((tax) => !tax.inclusive)
    .map(
      (tax, index): MirrorLine => ({
        id: `tax-${index + 1}`,
        description: `${tax.name} ${tax.percentage} %`,
        money: parseMoney(tax.amount, currency),
        period: null,
      }),
    );
  const credit = parseMoney(document.creditTotal, currency);
  const credits: MirrorLine[] =
    credit.minor === 0n
      ? []
      : [{ id: "credits", description: "Credits used", money: negateMoney(credit), period: null }];
  return [...lines, ...taxes, ...credits];
}

function fewEnough(lines: readonly MirrorLine[], currency: string): readonly MirrorLine[] {
  if (lines.length <= mostLines) return lines;
  const rest = lines.slice(mostLines - 1);
  const money = sumMoney(
    rest.map((line) => line.money),
    currency,
  );
  const summary = { id: "rest", description: `${rest.length} more lines`, money, period: null };
  return [...lines.slice(0, mostLines - 1), summary];
}

/** Null when one of the lines cannot be said in Stripe's units. */
function asStripeLines(lines: readonly MirrorLine[]): StripeLine[] | null {
  try {
    return lines.map((line) => ({
      amount: stripeAmount(line.money),
      description: line.description.slice(0, longestDescription),
      period: line.period,
      metadata: { billwright_line: line.id },
    }));
  } catch (error) {
    if (error instanceof DomainError && error.code === "stripe_amount_inexpressible") return null;
    throw error;
  }
}

function describeLine(line: DocumentLine): string {
  const group = line.group === "" ? "" : ` (${line.group})`;
  const unit = line.unit === null ? "" : ` ${line.unit}`;
  return `${line.description}${group}: ${line.quantity}${unit}`;
}

function unixSeconds(instant: string): number {
  return Math.floor(Date.parse(instant) / 1_000);
}
