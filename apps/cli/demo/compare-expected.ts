import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatMoney } from "#libs/core/money/money.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { listInvoiceTotals } from "#libs/data/run-report.ts";
import { prismaDir } from "../stack/prisma-dir.ts";

/** Rows of the committed totals, which an independent script computed. */
function readExpected(): string[] {
  const csv = readFileSync(join(prismaDir, "sample", "expected.csv"), "utf8");
  return csv.trim().split(/\r?\n/).slice(1);
}

/**
 * Compares the invoices of the sample month with the expected totals, field by field.
 * @returns one sentence per difference; empty when every invoice is as expected
 */
export async function compareWithExpected(
  tx: TenantTx,
): Promise<{ compared: number; differences: string[] }> {
  const expected = readExpected();
  const actual = (await listInvoiceTotals(tx)).map((row) => {
    const amount = (minor: bigint) => formatMoney({ minor, currency: row.currency });
    const time = (date: Date | null) => (date === null ? "" : date.toISOString().replace(".000Z", "Z"));
    return [
      row.external_id ?? "",
      row.sequence,
      time(row.period_start),
      time(row.period_end),
      row.currency,
      row.lines,
      amount(row.subtotal_minor),
      amount(row.discount_total_minor),
      amount(row.tax_total_minor),
      amount(row.total_minor),
    ].join(",");
  });
  const keyOf = (row: string) => row.split(",").slice(0, 2).join(" invoice ");
  const actualByKey = new Map(actual.map((row) => [keyOf(row), row]));
  const differences = expected.flatMap((row) => {
    const got = actualByKey.get(keyOf(row));
    return got === row ? [] : [`${keyOf(row)}: expected ${row}, got ${got ?? "no invoice"}`];
  });
  return { compared: expected.length, differences };
}
