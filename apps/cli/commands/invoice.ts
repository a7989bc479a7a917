import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { loadInvoicePdf } from "#libs/billing/invoice/load-invoice-pdf.ts";
import { type InvoiceWire, presentInvoice } from "#libs/billing/wire/invoice-wire.ts";
import { domainError } from "#libs/core/errors.ts";
import { withTenant } from "#libs/data/database.ts";
import { listInvoiceLines } from "#libs/data/invoice-reads.ts";
import { type JobView, listJobs } from "#libs/data/job-reads.ts";
import { requireInvoice } from "../find-invoice.ts";
import { explainCommand } from "./invoice-explain.ts";
import { replayCommand } from "./invoice-replay.ts";
import { pickTenant, printJson, withInstallation } from "../cli-context.ts";

type Common = { tenant?: string };

/** `billwright invoice show|pdf|explain|replay`: one invoice, by number or id. */
export function invoiceCommand(): Command {
  return new Command("invoice")
    .description("show, explain or prove an invoice, or fetch its PDF")
    .addCommand(show())
    .addCommand(pdf())
    .addCommand(explainCommand())
    .addCommand(replayCommand());
}

function show(): Command {
  return new Command("show")
    .description("print an invoice: header, lines, totals, and how it was delivered and collected")
    .argument("<invoice>", "its number, or its id inv_...")
    .option("--tenant <uuid>", "which tenant, when there are several")
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  billwright invoice show INV-202604-00001\n  billwright invoice show INV-202604-00001 --json",
    )
    .action((reference: string, options: Common & { json?: boolean }) =>
      withInstallation(async (installation) => {
        const tenantId = await pickTenant(installation, options.tenant);
        const { publicUrl } = installation.deps;
        const { invoice, jobs } = await withTenant(
          installation.database,
          { tenantId, actor: "cli" },
          async (tx) => {
            const row = await requireInvoice(tx, reference);
            const lines = await listInvoiceLines(tx, row.id);
            const { rows } = await listJobs(tx, { limit: 100, cursor: null, filters: { subjectId: row.id } });
            return {
              invoice: presentInvoice(row, lines, { now: tx.now, publicUrl }),
              jobs: [...rows].reverse(),
            };
          },
        );
        if (options.json) return printJson(invoice);
        process.stdout.write(`${describeInvoice(invoice, jobs)}\n`);
      }),
    );
}

function pdf(): Command {
  return new Command("pdf")
    .description("write the PDF of an invoice to a file")
    .argument("<invoice>", "its number, or its id inv_...")
    .option("-o, --output <file>", "where to; default: NUMBER.pdf here")
    .option("--tenant <uuid>", "which tenant, when there are several")
    .addHelpText(
      "after",
      "\nExamples:\n  billwright invoice pdf INV-202604-00001\n  billwright invoice pdf INV-202604-00001 -o /tmp/invoice.pdf",
    )
    .action((reference: string, options: Common & { output?: string }) =>
      withInstallation(async (installation) => {
        const tenantId = await pickTenant(installation, options.tenant);
        const { id } = await withTenant(installation.database, { tenantId, actor: "cli" }, (tx) =>
          requireInvoice(tx, reference),
        );
        const file = await loadInvoicePdf(installation.deps, { tenantId, invoiceId: id });
        if (file === null)
          throw domainError(
            "pdf_not_ready",
            "the PDF is not made yet; `billwright jobs list --queue pdf-render` tells why",
          );
        const path = options.output ?? file.fileName;
        writeFileSync(path, file.bytes);
        process.stdout.write(`${path}  ${file.bytes.length} bytes  sha256 ${file.sha256}\n`);
      }),
    );
}

function describeInvoice(invoice: InvoiceWire, jobs: readonly JobView[]): string {
  const { currency } = invoice;
  const row = (label: string, value: string | null) =>
    value === null ? [] : [`  ${label.padEnd(16)} ${value}`];
  const lines = invoice.lines.map((line) => {
    const group = line.group === "" || line.group === null ? "" : ` [${line.group}]`;
    return `  ${line.amount.padStart(14)}  ${line.quantity} x ${line.description}${group}  ${line.period_start} .. ${line.period_end}`;
  });
  const steps = jobs.map((job) => {
    const error = job.last_error === null ? "" : `: ${job.last_error.message}`;
    return `  ${job.state === "succeeded" ? "✅" : job.state === "dead" ? "❌" : "…"} ${job.name} (${job.state}, ${job.attempts} tries)${error}`;
  });
  return [
    `Invoice ${invoice.number ?? "(draft)"}  ${invoice.id}  ${invoice.status}`,
    ...row("customer", invoice.customer_id),
    ...row("subscription", invoice.subscription_id),
    ...row("issued", invoice.issued_at),
    ...row("due", invoice.due_date),
    ...row("paid", invoice.paid_at),
    `Lines (${currency}), each period without its end`,
    ...lines,
    "Totals",
    ...row("subtotal", invoice.subtotal),
    ...row("discounts", invoice.discount_total),
    ...row("tax", invoice.tax_total),
    ...row("total", invoice.total),
    ...row("amount due", invoice.amount_due),
    ...row("amount paid", invoice.amount_paid),
    ...row("remaining", invoice.amount_remaining),
    "Delivery and collection",
    ...(steps.length === 0 ? ["  nothing yet"] : steps),
  ].join("\n");
}
