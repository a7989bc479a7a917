import type { InvoiceWire } from "#libs/billing/wire/invoice-wire.ts";
import { counted } from "#libs/core/counted.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import type { InvoiceWhereabouts } from "#libs/data/invoice-whereabouts.ts";
import type { JobView } from "#libs/data/job-reads.ts";

export type InvoiceTextInput = {
  readonly invoice: InvoiceWire;
  readonly whereabouts: InvoiceWhereabouts;
  /** Oldest first. */
  readonly jobs: readonly JobView[];
  readonly publicUrl: string;
  /** Stripe's pages about it; null where Stripe is off or stood in for. */
  readonly stripeDashboard: string | null;
};

/** An invoice as a person reads it on a terminal: header, lines, totals, links, and how it was delivered and collected. */
export function invoiceText({ invoice, whereabouts, jobs, ...input }: InvoiceTextInput): string {
  const { customer_name: name, customer_external_id: externalId, stripe_invoice_id: stripeId } = whereabouts;
  const dashboard =
    stripeId === null || input.stripeDashboard === null ? null : `${input.stripeDashboard}/${stripeId}`;
  return [
    `Invoice ${invoice.number ?? "(draft)"}  ${invoice.id}  ${invoice.status}`,
    ...row("customer", `${name} (${externalId ?? invoice.customer_id})`),
    ...row("subscription", invoice.subscription_id),
    ...row("issued", invoice.issued_at),
    ...row("due", invoice.due_date),
    ...row("paid", invoice.paid_at),
    ...row("voided", invoice.voided_at),
    ...row("payment", paymentText(invoice, whereabouts)),
    `Lines (${invoice.currency}), each period without its end`,
    ...invoice.lines.map(lineText),
    "Totals",
    ...row("subtotal", invoice.subtotal),
    ...row("discounts", invoice.discount_total),
    ...row("tax", invoice.tax_total),
    ...row("total", invoice.total),
    ...row("amount due", invoice.amount_due),
    ...row("amount paid", invoice.amount_paid),
    ...row("remaining", invoice.amount_remaining),
    "Links",
    ...row("API", `${input.publicUrl}/v1/invoices/${invoice.id}`),
    ...row("PDF", invoice.invoice_pdf_url),
    ...row("PDF stored", whereabouts.pdf_object_url),
    ...row("Stripe", stripeId),
    ...row("on Stripe's page", dashboard),
    "Delivery and collection",
    ...(jobs.length === 0 ? ["  nothing yet"] : jobs.map(stepText)),
  ].join("\n");
}

function row(label: string, value: string | null): string[] {
  return value === null ? [] : [`  ${label.padEnd(16)} ${value}`];
}

function lineText(line: InvoiceWire["lines"][number]): string {
  const group = line.group === "" ? "" : ` [${line.group}]`;
  return `  ${line.amount.padStart(14)}  ${line.quantity} x ${line.description}${group}  ${line.period_start} .. ${line.period_end}`;
}

/** How the money stands: what came, else what the newest try came to. */
function paymentText(invoice: InvoiceWire, { attempt, payments }: InvoiceWhereabouts): string {
  const { currency } = invoice;
  const received = payments.map(({ amount_minor, method, provider, provider_id, reference }) => {
    const amount = formatMoney({ minor: BigInt(amount_minor), currency });
    const proof = provider_id === null ? reference : `${provider} ${provider_id}`;
    return `${amount} ${currency} by ${method}${proof === null ? "" : ` (${proof})`}`;
  });
  const came = received.length === 0 ? "" : `; received ${received.join(", ")}`;
  if (invoice.payment_status === "succeeded") return `succeeded${came}`;
  if (invoice.invoice_status === "draft") return "none, it is a draft";
  if (attempt === null) return `${invoice.payment_status}, not tried yet${came}`;
  if (attempt.state === "failed" || attempt.state === "canceled") {
    const code = attempt.failure_code === null ? "" : ` (${attempt.failure_code})`;
    const why = attempt.failure_message === null ? "" : `: ${attempt.failure_message}${code}`;
    const next = attempt.next_attempt_at;
    const again = next === null ? "" : `; tried again at ${new Date(next).toISOString()}`;
    return `${invoice.payment_status}, the last try by ${attempt.method} ${attempt.state}${why}${again}${came}`;
  }
  return `${invoice.payment_status}, a try by ${attempt.method} is ${attempt.state}${came}`;
}

function stepText(job: JobView): string {
  const mark = job.state === "succeeded" ? "✅" : job.state === "dead" ? "❌" : "…";
  const error = job.last_error === null ? "" : `: ${job.last_error.message}`;
  return `  ${mark} ${job.name} (${job.state}, ${counted(job.attempts, "try", "tries")})${error}`;
}
