import { importInvoices } from "#libs/billing/invoice/import-invoices.ts";
import {
  importInvoicesBody,
  importOutcomeWire,
  parseImportedInvoice,
  presentImport,
} from "#libs/billing/wire/invoice-import-wire.ts";
import { defineRoute, type Route } from "../define-route.ts";

const importRoute = defineRoute({
  method: "post",
  path: "/v1/invoices/import",
  tag: "Invoices",
  summary: "Import invoices that another engine issued",
  description:
    "All of them or none. They are issued under their own numbers and never changed, printed, mailed, reminded of or charged by itself; they can be paid, credited, voided and " +
    "written off. The ledger opens with what is owed and paid of them, against `opening_balance`. Series whose numbers look like imported ones go on after the highest; a count more than 100000 above the next lower one needs `allow_number_gap`. A number that was " +
    "imported before is left as it is when it says the same, and refused with the names of what differs when it does not. Files: `billwright import invoices`.",
  access: "admin",
  body: importInvoicesBody,
  bodyLimit: 5 * 1024 * 1024,
  response: { status: 200, schema: importOutcomeWire },
  errors: ["version_conflict"],
  example: {
    body: {
      invoices: [
        {
          ...{ customer: "acme", number: "2025-0417", currency: "USD", issued_at: "2025-12-01" },
          ...{ due_date: "2025-12-31", total: "119.00", tax_total: "19.00", tax_rate: "vat-19" },
          ...{ amount_paid: "50.00", paid_at: "2025-12-15" },
          lines: [{ description: "Team plan, November", amount: "100.00" }],
        },
      ],
      dry_run: true,
    },
    response: { dry_run: true, imported: 1, skipped: 0, series: [] },
  },
  transaction: async (tx, { body }) => {
    const dryRun = body.dry_run ?? false;
    const allowNumberGap = body.allow_number_gap ?? false;
    const invoices = body.invoices.map(parseImportedInvoice);
    return { body: presentImport(await importInvoices(tx, { invoices, dryRun, allowNumberGap }), dryRun) };
  },
});

export const invoiceImportRoutes: readonly Route[] = [importRoute];
