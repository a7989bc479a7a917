import { Command, Option } from "commander";
import { importInvoiceFile, type RowFault } from "#libs/billing/invoice/import-invoice-file.ts";
import type { ImportFormat } from "#libs/billing/usage/import/open-rows.ts";
import { presentImport } from "#libs/billing/wire/invoice-import-wire.ts";
import { counted } from "#libs/core/counted.ts";
import { exitCodes, pickTenant, printJson, withDatabaseOnly } from "../cli-context.ts";

type ImportOptions = {
  format?: ImportFormat;
  dryRun?: boolean;
  allowNumberGap?: boolean;
  tenant?: string;
  json?: boolean;
};

const faultsShown = 50;

/** `billwright import invoices`: what another engine has issued, from a CSV or NDJSON file. */
export function importInvoicesCommand(): Command {
  return new Command("invoices")
    .description(
      "import invoices that another engine issued, all of the file or nothing; a repeated import changes nothing",
    )
    .argument("<file>", "CSV or NDJSON, plain or gzip, up to 10000 invoices")
    .option("--dry-run", "say what would be imported, or is wrong, and change nothing")
    .option(
      "--allow-number-gap",
      "take numbers that are more than 100000 above the others of their series, which goes on after them",
    )
    .addOption(
      new Option("--format <format>", "default: by the file's name").choices(["csv", "ndjson"] as const),
    )
    .option("--tenant <uuid>", "which tenant, when there are several")
    .option("--json", "print the result as JSON and nothing else")
    .addHelpText("after", helpText)
    .action(async (file: string, options: ImportOptions) => {
      process.exit(await withDatabaseOnly((found) => importFile(found, file, options)));
    });
}

const helpText = `
Columns, or fields of each JSON line: customer, number, currency, issued_at, total; and where there are any due_date, tax_total with tax_rate (the code of a tax rate),
amount_paid, paid_at, description; in NDJSON also lines. Days such as 2025-03-01 are those of the tenant's time zone.
Imported invoices are never printed, mailed or charged by itself. Number series go on after the highest imported number.

Exit codes: 0 imported, 2 rows are wrong and nothing was imported, 4 unavailable.

Examples:
  billwright import invoices open-items.csv --dry-run
  billwright import invoices open-items.csv`;

type Found = Parameters<Parameters<typeof withDatabaseOnly>[0]>[0];

async function importFile(found: Found, path: string, options: ImportOptions): Promise<number> {
  const tenantId = await pickTenant(found, options.tenant);
  const dryRun = options.dryRun === true;
  const allowNumberGap = options.allowNumberGap === true;
  const input = { tenantId, path, format: options.format, dryRun, allowNumberGap };
  const outcome = await importInvoiceFile(found.database, input);
  if ("faults" in outcome) {
    if (options.json) printJson({ imported: 0, faults: outcome.faults });
    else tellFaults(path, outcome.faults);
    return exitCodes.badInput;
  }
  const shown = presentImport(outcome, dryRun);
  if (options.json) printJson(shown);
  else {
    const verb = dryRun ? "would be imported" : "imported";
    process.stdout.write(
      `${path}: ${counted(shown.imported, "invoice", "invoices")} ${verb}, ${shown.skipped} known already\n`,
    );
    for (const { series, continues_after } of shown.series)
      process.stdout.write(`series ${series} goes on after ${continues_after}\n`);
  }
  return exitCodes.ok;
}

function tellFaults(path: string, faults: readonly RowFault[]): void {
  process.stderr.write(`${path}: nothing was imported\n`);
  for (const { line, field, reason } of faults.slice(0, faultsShown))
    process.stderr.write(`  line ${line}${field === "" ? "" : `, ${field}`}: ${reason}\n`);
  if (faults.length > faultsShown) process.stderr.write(`  and ${faults.length - faultsShown} more\n`);
}
