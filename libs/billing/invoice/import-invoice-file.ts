import { DomainError, domainError } from "#libs/core/errors.ts";
import type { ImportedInvoice } from "#libs/core/invoice/imported-invoice.ts";
import { type Database, withTenant } from "#libs/data/database.ts";
import { readCsvHeader, readCsvRows } from "../usage/import/csv-rows.ts";
import type { ImportRow } from "../usage/import/import-row.ts";
import { openImportSource } from "../usage/import/import-source.ts";
import { readNdjsonRows } from "../usage/import/ndjson-rows.ts";
import { formatOf, type ImportFormat } from "../usage/import/open-rows.ts";
import {
  importedInvoiceBody,
  importedInvoicesMax,
  parseImportedInvoice,
} from "../wire/invoice-import-wire.ts";
import { parseWire } from "../wire/parse-wire.ts";
import { type ImportOutcome, importInvoices } from "./import-invoices.ts";

/** What is wrong with a row; `field` "" is all of it. */
export type RowFault = { readonly line: number; readonly field: string; readonly reason: string };

const timeoutMs = 300_000;

/**
 * Imports a file of invoices, CSV with the API's own names as columns or NDJSON, plain or gzip: all of its rows or none.
 * @returns what was imported, or every row that is wrong with its line
 * @throws DomainError file_unreadable, import_map_invalid, fields_invalid (too many rows)
 */
export async function importInvoiceFile(
  database: Database,
  input: {
    readonly tenantId: string;
    readonly path: string;
    readonly format?: ImportFormat | undefined;
    readonly dryRun: boolean;
    readonly allowNumberGap?: boolean;
  },
): Promise<ImportOutcome | { readonly faults: readonly RowFault[] }> {
  const invoices: ImportedInvoice[] = [];
  const lines: number[] = [];
  const faults: RowFault[] = [];
  for await (const { row, value } of rowsOf(input.path, input.format ?? formatOf(input.path))) {
    const found = readRow(row, value);
    if ("faults" in found) faults.push(...found.faults);
    else {
      invoices.push(found.invoice);
      lines.push(row.line);
    }
    if (lines.length + faults.length > importedInvoicesMax)
      throw domainError("fields_invalid", `a file holds up to ${importedInvoicesMax} invoices: split it`);
  }
  try {
    const scope = { tenantId: input.tenantId, actor: "import", timeoutMs };
    const dryRun = input.dryRun || faults.length > 0;
    const { allowNumberGap = false } = input;
    const outcome = await withTenant(database, scope, (tx) =>
      importInvoices(tx, { invoices, dryRun, allowNumberGap }),
    );
    return faults.length > 0 ? { faults: inOrder(faults) } : outcome;
  } catch (error) {
    if (!(error instanceof DomainError) || error.details.errors === undefined) throw error;
    const refused = error.details.errors.map(({ path, message }) => {
      const [, index = "", ...field] = path.split(".");
      const reason = message.replace(/invoices\.(\d+)/g, (_, other) => `line ${lines[Number(other)] ?? 0}`);
      return { line: lines[Number(index)] ?? 0, field: field.join("."), reason };
    });
    return { faults: inOrder([...faults, ...refused]) };
  }
}

function inOrder(faults: readonly RowFault[]): RowFault[] {
  return [...faults].sort((a, b) => a.line - b.line);
}

async function* rowsOf(
  path: string,
  format: ImportFormat,
): AsyncGenerator<{ readonly row: ImportRow; readonly value: unknown }> {
  const source = await openImportSource(path);
  if (format === "ndjson") {
    for await (const rows of readNdjsonRows(source)) {
      for (const row of rows) yield { row, value: row.content };
    }
    return;
  }
  const { delimiter, columns } = readCsvHeader(source.head);
  const allowed = Object.keys(importedInvoiceBody.shape).filter((name) => name !== "lines");
  const unknown = columns.find((name) => !allowed.includes(name));
  if (unknown !== undefined)
    throw domainError(
      "import_map_invalid",
      `${path}: there is no field for the column ${JSON.stringify(unknown)}; allowed are ${allowed.join(", ")}`,
    );
  for await (const rows of readCsvRows(source, delimiter, columns.length)) {
    for (const row of rows) yield { row, value: recordOf(row, columns) };
  }
}

/** Empty cells are fields that are not there. */
function recordOf({ content }: ImportRow, columns: readonly string[]): unknown {
  if (!Array.isArray(content)) return content;
  const cells = columns.map((name, index) => [name, String(content[index] ?? "").trim()] as const);
  return Object.fromEntries(cells.filter(([, cell]) => cell !== ""));
}

function readRow(
  { line, fault }: ImportRow,
  value: unknown,
): { readonly invoice: ImportedInvoice } | { readonly faults: readonly RowFault[] } {
  if (fault !== null) return { faults: [{ line, field: "", reason: fault }] };
  try {
    return { invoice: parseImportedInvoice(parseWire(importedInvoiceBody, value)) };
  } catch (error) {
    if (!(error instanceof DomainError) || error.details.errors === undefined) throw error;
    return {
      faults: error.details.errors.map(({ path, message }) => ({ line, field: path, reason: message })),
    };
  }
}
