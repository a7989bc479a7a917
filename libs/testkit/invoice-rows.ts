import { addPaymentMethod } from "#libs/billing/catalog/add-payment-method.ts";
import type { InvoiceDocument } from "#libs/core/invoice/invoice-document.ts";
import { formatMoney, money } from "#libs/core/money/money.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { newId } from "#libs/data/new-id.ts";
import { makeCustomer, makePlan, makeSubscription, type TestTenant } from "./factories.ts";
import { documentLine, invoiceDocument } from "./invoice-document.ts";
import type { TestDatabase } from "./test-database.ts";

export type IssuedInvoice = {
  readonly tenantId: string;
  readonly invoiceId: string;
  readonly customerId: string;
  readonly number: string;
};

export type IssuedInvoiceFields = {
  readonly amountMinor?: bigint;
  readonly currency?: string;
  /** Saved at Stripe under this id; null: the customer has no saved method. */
  readonly card?: string | null;
  readonly collection?: "charge_automatically" | "send_invoice";
  readonly email?: string | null;
  readonly document?: Partial<InvoiceDocument>;
};

let lastNumber = 0;

/** An issued invoice with its document, written past the verbs: USD 12.34 of one line, to be charged to a card. */
export async function insertIssuedInvoice(
  test: TestDatabase,
  tenant: TestTenant,
  fields: IssuedInvoiceFields = {},
): Promise<IssuedInvoice> {
  const { amountMinor = 1234n, currency = "USD", card = "pm_card_visa" } = fields;
  const { tenantId } = tenant;
  const customer = await makeCustomer(tenant, {
    email: fields.email === undefined ? `ap-${newId().slice(-12)}@globex.example` : fields.email,
  });
  const plan = await makePlan(tenant, { currency });
  const subscription = await makeSubscription(tenant, {
    customer: { id: customer.id },
    plan: { id: plan.id },
    collection: fields.collection ?? "charge_automatically",
  });
  if (card !== null) {
    await tenant.inTenant((tx) =>
      addPaymentMethod(tx, { customer: { id: customer.id }, type: "card", providerId: card }),
    );
  }
  lastNumber += 1;
  const invoiceId = newId();
  const number = `INV-${String(lastNumber).padStart(5, "0")}`;
  const minor = amountMinor.toString();
  await test.owner.query(
    `insert into invoice (tenant_id, id, customer_id, subscription_id, invoice_type, currency, billing_reason,
       subtotal_minor, discount_total_minor, tax_total_minor, credit_total_minor, total_minor, amount_due_minor, settings_version)
     values ($1, $2, $3, $4, 'subscription', $5, 'subscription_cycle', $6, 0, 0, 0, $6, $6, 1)`,
    [tenantId, invoiceId, customer.id, subscription.id, currency, minor],
  );
  await test.owner.query(
    `update invoice set invoice_status = 'finalized', number = $3, series = 'test', issued_at = now(), finalized_at = now(),
       due_at = now() + interval '30 days' where tenant_id = $1 and id = $2`,
    [tenantId, invoiceId, number],
  );
  const amount = formatMoney(money(amountMinor, currency));
  const document = invoiceDocument({
    invoiceId,
    number,
    currency,
    lines: [documentLine({ amount })],
    subtotal: amount,
    total: amount,
    amountDue: amount,
    creditTotal: formatMoney(money(0n, currency)),
    ...fields.document,
  });
  await test.owner.query(
    "insert into invoice_document (tenant_id, invoice_id, document, sha256) values ($1, $2, $3, $4)",
    [tenantId, invoiceId, JSON.stringify(document), "0".repeat(64)],
  );
  return { tenantId, invoiceId, customerId: customer.id, number };
}

/** Says that the invoice was finalized, as finalizing would: what it causes begins. */
export async function announceInvoice(tenant: TestTenant, invoice: IssuedInvoice): Promise<void> {
  await tenant.inTenant((tx) =>
    emitEvents(tx, [{ type: "invoice.finalized", subjectType: "invoice", subjectId: invoice.invoiceId }]),
  );
}
