import { z } from "zod";
import { formatMoney, money, parseMoney } from "#libs/core/money/money.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { RunView } from "#libs/data/billing-run-reads.ts";
import type { RunInvoiceRow } from "#libs/data/run-report.ts";
import type { RunDetails } from "../run/read-run.ts";
import { nullableTimestamp, timestampToWire } from "./wire-values.ts";

export const runKinds = ["month", "due", "legacy"] as const;
export const runStates = [
  "planning",
  "generating",
  "generated",
  "completed",
  "completed_with_errors",
] as const;

const runFields = {
  id: z.string(),
  kind: z.enum(runKinds),
  month: z.string().nullable(),
  as_of: z.iso.datetime().nullable(),
  dry_run: z.boolean(),
  state: z.enum(runStates),
  recovered: z.boolean().describe("Ended with errors at first, and everything has succeeded since"),
  organizations: z.int().describe("Customers with an active subscription"),
  already_billed: z.int().describe("Of these, customers with nothing due any more"),
  waiting_zones: z.array(z.string()).describe("Time zones whose month is not over yet; they join when it is"),
  started_at: z.iso.datetime(),
  generated_at: z.iso.datetime().nullable(),
  completed_at: z.iso.datetime().nullable(),
  duration_seconds: z.number().nullable(),
};

export const runSummaryWire = z.object(runFields).meta({ id: "BillingRunSummary" });

const stepWire = z.object({
  component: z.string(),
  job_id: z.string(),
  state: z.string(),
  attempts: z.int(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});

export const runWire = z
  .object({
    ...runFields,
    counts: z.object({
      invoices: z.int(),
      customers: z.int(),
      parked: z.int(),
      jobs: z.record(z.string(), z.int()).describe("By state"),
    }),
    revenue: z.array(
      z.object({ currency: z.string(), invoices: z.int(), total: z.string(), paid: z.string() }),
    ),
    errors: z
      .record(z.string(), z.int())
      .describe("By component: generate, pdf, storage, stripe, payment, email"),
    results: z.array(
      z.object({
        customer_id: z.string().nullable(),
        external_id: z.string().nullable(),
        name: z.string().nullable(),
        ok: z.boolean(),
        invoices: z.array(
          z.object({
            invoice_id: z.string().nullable(),
            number: z.string().nullable(),
            currency: z.string(),
            total: z.string(),
            period_start: z.iso.datetime().nullable(),
            period_end: z.iso.datetime().nullable().describe("Not included"),
            payment_status: z.string().nullable(),
            steps: z.array(stepWire),
          }),
        ),
        parked: z.array(z.object({ subscription_id: z.string(), code: z.string(), reason: z.string() })),
      }),
    ),
  })
  .meta({ id: "BillingRun" });

type RunWire = z.infer<typeof runWire>;
type CustomerResult = RunWire["results"][number];
type ResultInvoice = CustomerResult["invoices"][number];

/** Which component a queue works for; null: none that a summary counts. */
export type ComponentOf = (queue: string) => string | null;

const components = ["generate", "pdf", "storage", "stripe", "payment", "email"] as const;

export function presentRunSummary(run: RunView): z.infer<typeof runSummaryWire> {
  const end = run.completed_at;
  return {
    id: publicId("billing_run", run.id),
    kind: run.kind,
    month: run.month,
    as_of: nullableTimestamp(run.as_of),
    dry_run: run.dry_run,
    state: run.state,
    recovered: run.recovered_at !== null,
    organizations: run.organizations,
    already_billed: run.already_billed,
    waiting_zones: [...run.waiting_zones],
    started_at: timestampToWire(run.started_at),
    generated_at: nullableTimestamp(run.generated_at),
    completed_at: nullableTimestamp(end),
    duration_seconds: end === null ? null : (end.getTime() - run.started_at.getTime()) / 1_000,
  };
}

export function presentRun(details: RunDetails, componentOf: ComponentOf): RunWire {
  const results = presentResults(details, componentOf);
  const states: Record<string, number> = {};
  for (const row of details.jobs) states[row.state] = (states[row.state] ?? 0) + row.count;
  return {
    ...presentRunSummary(details.run),
    counts: {
      invoices: details.invoices.length + details.previews.length,
      customers: results.length,
      parked: details.parked.length,
      jobs: states,
    },
    revenue: presentRevenue(details),
    errors: presentErrors(details, componentOf),
    results,
  };
}

/** What was invoiced; for a dry run what would have been. */
function presentRevenue({ run, revenue, previews }: RunDetails): RunWire["revenue"] {
  if (!run.dry_run) {
    return revenue.map(({ currency, invoices, total_minor, paid_minor }) => ({
      currency,
      invoices,
      total: formatMoney(money(total_minor, currency)),
      paid: formatMoney(money(paid_minor, currency)),
    }));
  }
  return [...new Set(previews.map((preview) => preview.currency))].sort().map((currency) => {
    const own = previews.filter((preview) => preview.currency === currency);
    const total = own.reduce((sum, preview) => sum + parseMoney(preview.total, currency).minor, 0n);
    const nothing = formatMoney(money(0n, currency));
    return { currency, invoices: own.length, total: formatMoney(money(total, currency)), paid: nothing };
  });
}

function presentErrors({ jobs, parked }: RunDetails, componentOf: ComponentOf): RunWire["errors"] {
  const errors: Record<string, number> = Object.fromEntries(components.map((name) => [name, 0]));
  for (const row of jobs) {
    const component = componentOf(row.queue);
    if (component !== null) errors[component] = (errors[component] ?? 0) + row.failing;
  }
  errors["generate"] = (errors["generate"] ?? 0) + parked.length;
  return errors;
}

function presentResults(details: RunDetails, componentOf: ComponentOf): CustomerResult[] {
  const byCustomer = new Map<string | null, CustomerResult>();
  const resultOf = (
    id: string | null,
    known?: { readonly external_id: string | null; readonly name: string },
  ): CustomerResult => {
    const found = byCustomer.get(id);
    if (found !== undefined) return found;
    const named = known ?? (id === null ? undefined : details.names.get(id));
    const fresh: CustomerResult = {
      customer_id: id === null ? null : publicId("customer", id),
      external_id: named?.external_id ?? null,
      name: named?.name ?? null,
      ok: true,
      invoices: [],
      parked: [],
    };
    byCustomer.set(id, fresh);
    return fresh;
  };
  for (const invoice of details.invoices) {
    const named = { external_id: invoice.customer_external_id, name: invoice.customer_name };
    const result = resultOf(invoice.customer_id, named);
    const shown = presentInvoiceResult(invoice, componentOf);
    result.invoices.push(shown);
    if (shown.steps.some((step) => step.error !== null && step.state !== "succeeded")) result.ok = false;
  }
  for (const { customerId, currency, total, periodStart, periodEnd } of details.previews) {
    const nothing = { invoice_id: null, number: null, payment_status: null, steps: [] };
    const period = { period_start: periodStart, period_end: periodEnd };
    resultOf(customerId).invoices.push({ ...nothing, ...period, currency, total });
  }
  for (const { customerId, subscriptionId, code, reason } of details.parked) {
    const result = resultOf(customerId);
    result.parked.push({ subscription_id: publicId("subscription", subscriptionId), code, reason });
    result.ok = false;
  }
  return [...byCustomer.values()];
}

function presentInvoiceResult(row: RunInvoiceRow, componentOf: ComponentOf): ResultInvoice {
  return {
    invoice_id: publicId("invoice", row.invoice_id),
    number: row.number,
    currency: row.currency,
    total: formatMoney(money(row.total_minor, row.currency)),
    period_start: nullableTimestamp(row.period_start),
    period_end: nullableTimestamp(row.period_end),
    payment_status: row.payment_status,
    steps: row.jobs.flatMap((job) => {
      const component = componentOf(job.queue);
      if (component === null) return [];
      const { state, attempts, error } = job;
      return [{ component, job_id: publicId("job", job.id), state, attempts, error }];
    }),
  };
}
