import type { DocumentLine, InvoiceDocument } from "#libs/core/invoice/invoice-document.ts";

/** A plausible line of USD 12.34; name what the test is about. */
export function documentLine(over: Partial<DocumentLine> = {}): DocumentLine {
  return {
    id: "il_1",
    kind: "usage",
    description: "API requests",
    group: "",
    quantity: "1234",
    unit: "requests",
    unitAmount: "0.01",
    amount: "12.34",
    exactAmount: "12.34",
    discount: "0",
    tax: "0",
    periodStart: "2025-09-01T00:00:00Z",
    periodEnd: "2025-10-01T00:00:00Z",
    steps: [],
    tiers: [],
    proration: null,
    inputHash: "0".repeat(64),
    ...over,
  };
}

/** A finalized invoice of USD 12.34 with one line; name what the test is about. */
export function invoiceDocument(over: Partial<InvoiceDocument> = {}): InvoiceDocument {
  return {
    schema: 1,
    invoiceId: "inv_1",
    invoiceType: "subscription",
    number: "INV-202510-00001",
    corrects: null,
    issuedAt: "2025-10-01T00:00:05Z",
    dueAt: "2025-10-31T00:00:05Z",
    currency: "USD",
    timezone: "UTC",
    locale: "en-US",
    periodStart: "2025-09-01T00:00:00Z",
    periodEnd: "2025-10-01T00:00:00Z",
    seller: {
      name: "Acme Cloud, Inc.",
      address: ["548 Market Street", "San Francisco, CA 94104", "United States"],
      taxId: "US12-3456789",
      logo: null,
      color: "#635bff",
      footer: "Acme Cloud, Inc. · Registered in Delaware",
      email: "billing@acme.example",
    },
    customer: {
      id: "cus_1",
      externalId: "org_1",
      name: "Globex Corporation",
      email: "ap@globex.example",
      address: ["1 Main Street", "Springfield, IL 62701", "United States"],
      taxIds: [],
      taxStatus: "taxable",
    },
    lines: [documentLine()],
    taxes: [],
    discounts: [],
    subtotal: "12.34",
    discountTotal: "0.00",
    taxTotal: "0.00",
    total: "12.34",
    creditTotal: "0.00",
    amountDue: "12.34",
    notices: [],
    pageSize: "A4",
    settingsVersion: 1,
    templateVersion: "default-1",
    tzdataVersion: "2025b",
    ...over,
  };
}
