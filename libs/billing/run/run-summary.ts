import { counted } from "#libs/core/counted.ts";
import { displayMoney } from "#libs/core/money/display-money.ts";
import { formatMoney, parseMoney } from "#libs/core/money/money.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { RunInvoiceRow } from "#libs/data/run-report.ts";
import type { RunDetails } from "./read-run.ts";

const rule = "=".repeat(76);
const failuresShown = 20;

const components = ["generate", "pdf", "storage", "stripe", "email"] as const;
type Component = (typeof components)[number] | "payment";

const componentOf: Readonly<Record<string, Component>> = {
  "invoice-generation": "generate",
  "invoice-finalization": "generate",
  "pdf-render": "pdf",
  "storage-upload": "storage",
  "stripe-sync": "stripe",
  "email-delivery": "email",
  payment: "payment",
};

/** The head of a run, as printed when its plan is known. */
export function runBanner(run: {
  readonly month: string | null;
  readonly dry_run: boolean;
  readonly organizations: number;
}): string {
  return [
    rule,
    "💰 MONTHLY INVOICE GENERATION",
    rule,
    `Month: ${run.month ?? "everything due"}`,
    `Dry Run: ${run.dry_run}`,
    `📋 Found ${counted(run.organizations, "active organization", "active organizations")} to invoice`,
  ].join("\n");
}

/** One customer's part of a run: every step of every invoice with its outcome. */
export function customerBlock(invoices: readonly RunInvoiceRow[]): string {
  const [first] = invoices;
  if (first === undefined) return "";
  const id = first.customer_external_id ?? publicId("customer", first.customer_id);
  const lines = [`  Processing org: ${first.customer_name} (${id})`];
  for (const invoice of invoices) {
    const amount = displayMoney({ minor: invoice.total_minor, currency: invoice.currency }, "en-US");
    lines.push(`  ✅ Generated invoice ${invoice.number ?? "(draft)"} for ${id} (Amount: ${amount})`);
    for (const job of [...invoice.jobs].sort(inOrderOfSteps)) {
      const text = stepText(job, invoice);
      if (text !== null) lines.push(`  ${text}`);
    }
  }
  return lines.join("\n");
}

type StepJob = RunInvoiceRow["jobs"][number];

/** Steps are shown in one order, whatever order they ended in. */
function inOrderOfSteps(a: StepJob, b: StepJob): number {
  const place = (job: StepJob) => [...components, "payment"].indexOf(componentOf[job.queue] ?? "generate");
  return place(a) - place(b);
}

function stepText(job: StepJob, invoice: RunInvoiceRow): string | null {
  const component = componentOf[job.queue] ?? "generate";
  if (job.state !== "succeeded") {
    const { error } = job;
    if (error === null) return `❌ ${component}: not finished (${job.state})`;
    return `❌ ${component}: ${error.message} [${error.code}]`;
  }
  const result = job.result ?? {};
  if (typeof result["unknown"] === "string") return `❌ ${component}: delivery unknown, ${result["unknown"]}`;
  if (result["skipped"] !== undefined) return null;
  if (job.name === "invoice.render_pdf") {
    return `✅ Generated PDF (${Math.max(1, Math.round((invoice.pdf_size_bytes ?? 0) / 1024))} KB)`;
  }
  if (job.name === "invoice.store_pdf") return `✅ Stored PDF: ${invoice.pdf_url ?? "stored"}`;
  if (job.name === "invoice.email")
    return `✅ Invoice emailed to ${invoice.customer_email ?? "the customer"}`;
  if (job.name === "invoice.sync_stripe") return "✅ Stripe invoice created";
  return null;
}

/** What a run has cost in failures, by component; parked subscriptions count as generate. */
export function runErrors(details: RunDetails): Record<Component, number> {
  const counts: Record<Component, number> = {
    generate: details.parked.length,
    pdf: 0,
    storage: 0,
    stripe: 0,
    email: 0,
    payment: 0,
  };
  for (const job of details.jobs) {
    const component = componentOf[job.queue];
    if (component !== undefined) counts[component] += job.failing;
  }
  for (const invoice of details.invoices) {
    counts.email += invoice.jobs.filter((job) => job.result?.["unknown"] !== undefined).length;
  }
  return counts;
}

/** The summary of a run: counts, errors by component, revenue one line per currency, time. */
export function runSummary(details: RunDetails, now: Date): string {
  const { run } = details;
  const errors = runErrors(details);
  const processed = new Set([
    ...details.invoices.map((i) => i.customer_id),
    ...details.previews.map((p) => p.customerId),
  ]);
  const total = Object.values(errors).reduce((sum, count) => sum + count, 0);
  const byComponent = components.map((component) => `${component} ${errors[component]}`).join(", ");
  const payment = errors.payment === 0 ? "" : `, payment ${errors.payment}`;
  return [
    rule,
    "📊 MONTHLY INVOICE SUMMARY",
    rule,
    `Month: ${run.month ?? "everything due"}`,
    `Organizations Processed: ${processed.size}`,
    ...(run.already_billed > 0
      ? [`Nothing Left To Bill: ${run.already_billed} (billed before or not due: nothing is billed twice)`]
      : []),
    ...(run.waiting_zones.length > 0
      ? [`Waiting For Their Month To End: ${run.waiting_zones.join(", ")}`]
      : []),
    `Invoices: ${details.invoices.length + details.previews.length}`,
    `Errors: ${total} (${byComponent}${payment})`,
    ...details.parked.map(
      (parked) =>
        `  ❌ generate: ${publicId("subscription", parked.subscriptionId)} parked: ${parked.reason}`,
    ),
    ...failureLines(details),
    ...(run.recovered_at === null ? [] : ["Recovered: everything that had failed has succeeded since"]),
    ...revenueLines(details),
    `Processing Time: ${duration(run.started_at, run.completed_at ?? now)}`,
    `Dry Run: ${run.dry_run}`,
    rule,
  ].join("\n");
}

/** What delivery has given up, by invoice and reason; a long list is cut, the run's page has it whole. */
function failureLines(details: RunDetails): string[] {
  const dead = details.invoices.flatMap((invoice) =>
    [...invoice.jobs]
      .filter((job) => job.state === "dead")
      .sort(inOrderOfSteps)
      .map(
        (job) => `  ${stepText(job, invoice)} (${invoice.number ?? publicId("invoice", invoice.invoice_id)})`,
      ),
  );
  const more = dead.length - failuresShown;
  return more > 0 ? [...dead.slice(0, failuresShown), `  ... and ${more} more`] : dead;
}

function revenueLines(details: RunDetails): string[] {
  const totals = new Map<string, bigint>();
  const add = (currency: string, minor: bigint) => totals.set(currency, (totals.get(currency) ?? 0n) + minor);
  for (const line of details.revenue) add(line.currency, line.total_minor);
  for (const preview of details.previews)
    add(preview.currency, parseMoney(preview.total, preview.currency).minor);
  if (totals.size === 0) return ["Total Revenue: none"];
  return [...totals]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([currency, minor]) =>
        `Total Revenue ${currency}: ${displayMoney({ minor, currency }, "en-US")} (${formatMoney({ minor, currency })})`,
    );
}

function duration(from: Date, to: Date): string {
  const seconds = Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000));
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
