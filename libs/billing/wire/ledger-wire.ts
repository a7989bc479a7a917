import { z } from "zod";
import { formatMoney } from "#libs/core/money/money.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { AccountBalance, LedgerEntryView } from "#libs/data/ledger-reads.ts";
import { timestampToWire } from "./wire-values.ts";

export const ledgerEntryWire = z
  .object({
    id: z.string(),
    kind: z.string().describe("What happened, such as invoice.finalized"),
    customer_id: z.string().nullable(),
    invoice_id: z.string().nullable(),
    occurred_at: z.iso.datetime(),
    created_at: z.iso.datetime(),
    postings: z.array(
      z.object({ debit: z.string(), credit: z.string(), amount: z.string(), currency: z.string() }),
    ),
  })
  .meta({ id: "LedgerEntry" });

export function presentLedgerEntry(row: LedgerEntryView): z.infer<typeof ledgerEntryWire> {
  return {
    id: publicId("ledger_transaction", row.id),
    kind: row.kind,
    customer_id: row.customer_id === null ? null : publicId("customer", row.customer_id),
    invoice_id: row.invoice_id === null ? null : publicId("invoice", row.invoice_id),
    occurred_at: timestampToWire(row.occurred_at),
    created_at: timestampToWire(row.created_at),
    postings: row.postings.map((posting) => ({
      debit: posting.debit_account,
      credit: posting.credit_account,
      amount: formatMoney({ minor: BigInt(posting.amount_minor), currency: posting.currency }),
      currency: posting.currency,
    })),
  };
}

export const trialBalanceWire = z
  .object({
    accounts: z.array(
      z.object({
        account: z.string(),
        currency: z.string(),
        debit: z.string(),
        credit: z.string(),
        balance: z.string().describe("Debit less credit"),
      }),
    ),
    totals: z.array(z.object({ currency: z.string(), debit: z.string(), credit: z.string() })),
    balanced: z.boolean().describe("Debits equal credits in every currency"),
  })
  .meta({ id: "TrialBalance" });

export function presentTrialBalance(rows: readonly AccountBalance[]): z.infer<typeof trialBalanceWire> {
  const currencies = [...new Set(rows.map((row) => row.currency))];
  const totals = currencies.map((currency) => {
    const own = rows.filter((row) => row.currency === currency);
    const debit = own.reduce((sum, row) => sum + row.debit_minor, 0n);
    const credit = own.reduce((sum, row) => sum + row.credit_minor, 0n);
    return { currency, debit, credit };
  });
  return {
    accounts: rows.map(({ account, currency, debit_minor: debit, credit_minor: credit }) => ({
      account,
      currency,
      debit: formatMoney({ minor: debit, currency }),
      credit: formatMoney({ minor: credit, currency }),
      balance: formatMoney({ minor: debit - credit, currency }),
    })),
    totals: totals.map(({ currency, debit, credit }) => ({
      currency,
      debit: formatMoney({ minor: debit, currency }),
      credit: formatMoney({ minor: credit, currency }),
    })),
    balanced: totals.every(({ debit, credit }) => debit === credit),
  };
}
