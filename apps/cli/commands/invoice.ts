import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { loadInvoicePdf } from "#libs/billing/invoice/load-invoice-pdf.ts";
import { presentInvoice } from "#libs/billing/wire/invoice-wire.ts";
import { domainError } from "#libs/core/errors.ts";
import { withTenant } from "#libs/data/database.ts";
import { readInvoiceWhereabouts } from "#libs/data/invoice-whereabouts.ts";
import { listInvoiceLines } from "#libs/data/invoice-reads.ts";
import { listJobs } from "#libs/data/job-reads.ts";
import type { Config } from "#libs/platform/config.ts";
import { requireInvoice } from "../find-invoice.ts";
import { invoiceText } from "../invoice-text.ts";
import { explainCommand } from "./invoice-explain.ts";
import { replayCommand } from "./invoice-replay.ts";
import { CliError, exitCodes, pickTenant, printJson, withInstallation } from "../cli-context.ts";

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
    .description("print an invoice: header, lines, totals, links, and how it was delivered and collected")
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
        const { invoice, whereabouts, jobs } = await withTenant(
          installation.database,
          { tenantId, actor: "cli" },
          async (tx) => {
            const row = await requireInvoice(tx, reference);
            const lines = await listInvoiceLines(tx, row.id);
            const { rows } = await listJobs(tx, { limit: 100, cursor: null, filters: { subjectId: row.id } });
            const whereabouts = await readInvoiceWhereabouts(tx, row.id);
            if (whereabouts === null) throw new Error(`invoice ${row.id} is gone`);
            return {
              whereabouts,
              invoice: presentInvoice(row, lines, { now: tx.now, publicUrl }),
              jobs: [...rows].reverse(),
            };
          },
        );
        if (options.json) return printJson(invoice);
        const stripeDashboard = dashboardOf(installation.config);
        const text = invoiceText({ invoice, whereabouts, jobs, publicUrl, stripeDashboard });
        process.stdout.write(`${text}\n`);
      }),
    );
}

/** Stripe's own pages about invoices, for the mode of the key. */
function dashboardOf({ stripe }: Config): string | null {
  if (stripe === null || stripe.apiBase !== null) return null;
  return `https://dashboard.stripe.com/${stripe.apiKey.includes("_test_") ? "test/" : ""}invoices`;
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
        writeOut(path, file.bytes);
        process.stdout.write(`${path}  ${file.bytes.length} bytes  sha256 ${file.sha256}\n`);
      }),
    );
}

/** @throws CliError when the file cannot be written there */
function writeOut(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes);
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw new CliError(exitCodes.badInput, `--output: ${path} cannot be written${reason}`);
  }
}
