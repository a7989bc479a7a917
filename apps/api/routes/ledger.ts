import { customerIdOf } from "./subscriptions.ts";
import { z } from "zod";
import {
  ledgerEntryWire,
  presentLedgerEntry,
  presentTrialBalance,
  trialBalanceWire,
} from "#libs/billing/wire/ledger-wire.ts";
import { defined } from "#libs/core/defined.ts";
import { listLedgerEntries, readTrialBalance } from "#libs/data/ledger-reads.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { idFilter, listAnswer, listOf, pageFields, pageQuery } from "../list-page.ts";

const tag = "Ledger";

const entries = defineRoute({
  method: "get",
  path: "/v1/ledger/entries",
  tag,
  summary: "List ledger entries",
  access: "read",
  query: z.strictObject({
    ...pageFields,
    customer_id: z.string().max(255).optional().describe("Its id or external_id"),
    invoice_id: z.string().max(64).optional(),
    kind: z.string().max(100).optional(),
    account: z.string().max(100).optional(),
  }),
  response: { status: 200, schema: listOf(ledgerEntryWire) },
  errors: ["customer_not_found"],
  example: { query: { account: "receivable" } },
  transaction: async (tx, { query }) => {
    const filters = defined({
      customerId: query.customer_id === undefined ? undefined : await customerIdOf(tx, query.customer_id),
      invoiceId: idFilter("invoice", "invoice_id", query.invoice_id),
      kind: query.kind,
      account: query.account,
    });
    const page = await listLedgerEntries(tx, pageQuery("ledger_transaction", query, filters));
    return listAnswer("ledger_transaction", page, presentLedgerEntry);
  },
});

const trialBalance = defineRoute({
  method: "get",
  path: "/v1/ledger/trial_balance",
  tag,
  summary: "Get the trial balance",
  access: "read",
  response: { status: 200, schema: trialBalanceWire },
  errors: [],
  example: {},
  transaction: async (tx) => ({ body: presentTrialBalance(await readTrialBalance(tx)) }),
});

export const ledgerRoutes: readonly Route[] = [entries, trialBalance];
