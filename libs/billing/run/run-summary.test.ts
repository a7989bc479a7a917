import { randomUUID } from "node:crypto";
import type { RunInvoiceRow } from "#libs/data/run-report.ts";
import { customerBlock } from "./run-summary.ts";

describe("the part of a customer in the summary of a run", () => {
  it("says with code and words why a PDF could not be stored", () => {
    const error = {
      code: "s3_region_wrong",
      message: "Bucket pdfs is not in us-east-1; set INVOICE_S3_REGION.",
    };
    const invoice: RunInvoiceRow = {
      ...{
        invoice_id: randomUUID(),
        customer_id: randomUUID(),
        customer_external_id: "acme",
        number: "INV-1",
      },
      ...{
        customer_name: "Acme",
        customer_email: null,
        currency: "USD",
        period_start: null,
        period_end: null,
      },
      ...{ total_minor: 1_000n, amount_due_minor: 1_000n, payment_status: "pending" },
      ...{ pdf_size_bytes: null, pdf_url: null },
      jobs: [
        {
          ...{ id: randomUUID(), name: "invoice.store_pdf", queue: "storage-upload", state: "failed" },
          ...{ attempts: 3, error, result: null },
        },
      ],
    };
    expect(customerBlock([invoice]).split("\n").at(-1)).toBe(
      "  ❌ storage: Bucket pdfs is not in us-east-1; set INVOICE_S3_REGION. [s3_region_wrong]",
    );
  });
});
