import { testsIn } from "../code-guard.ts";
import type { NamedTest } from "../guard.ts";

const guardsTest = testsIn("libs/data/guards.test.ts");
const tenancyTest = testsIn("libs/data/tenancy.test.ts");
const linkPaymentTest = testsIn("libs/billing/payment/start-link-payment.test.ts");

const periods = "unique billing_period (tenant_id, subscription_item_id";

/** Tests of behaviour that must fail when a guard of the database is gone, beside its probes. */
export const namedTests: Readonly<Record<string, readonly NamedTest[]>> = {
  "check billing_period.billing_period_chained": [guardsTest("refuse one that leaves a gap")],
  "check invoice.invoice_not_overpaid": [
    guardsTest("set what was paid and its status by themselves, and never more than is due"),
  ],
  "foreign key billing_period.subscription_item_id+prev_end_at -> billing_period": [
    guardsTest("refuse one that follows no stored period"),
  ],
  [`${periods} where (prev_end_at IS NULL))`]: [guardsTest("refuse one that is a second first one")],
  [`${periods}, start_at)`]: [guardsTest("refuse one that starts where another does")],
  "unique api_idempotency (tenant_id, route, key)": [
    testsIn("apps/api/idempotency.test.ts")(
      "gives the same answer again, byte for byte, and does nothing twice",
    ),
  ],
  "unique artifact (tenant_id, invoice_id, kind)": [
    testsIn("libs/billing/invoice/deliver-invoice-pdf.test.ts")(
      "keeps the first file when two workers print at once",
    ),
  ],
  "unique customer (tenant_id, external_id)": [
    testsIn("apps/api/conventions.test.ts")("refuses an external id that is taken"),
  ],
  "unique effect (tenant_id, kind, business_key)": [
    testsIn("libs/billing/effect/run-effect.test.ts")("lets one worker at a time do it"),
  ],
  "unique job (tenant_id, key)": [
    testsIn("libs/billing/work/run-work.test.ts")("writes a job once for one business key"),
  ],
  "unique payment_attempt (tenant_id, invoice_id where (state = ANY (ARRAY['open'::text, 'processing'::text])))":
    [
      guardsTest("follow the last attempt while nothing was paid, and allow one open attempt"),
      linkPaymentTest("gives two tabs the same attempt, also at the same moment, and takes one confirmation"),
    ],
  "unique provider_account (provider, account_id)": [
    testsIn("apps/api/routes/webhooks.test.ts")(
      "are taken by that account's secret, and count for its tenant only",
    ),
  ],
  "unique provider_account (tenant_id, provider where is_current)": [
    testsIn("libs/billing/payment/tenant-stripe.test.ts")("has one present account, whatever is written"),
  ],
  "unique usage_event (tenant_id, source, id)": [
    testsIn("libs/billing/usage/ingest-events.test.ts")(
      "counts an event once, whether it is sent again in the batch or later",
    ),
  ],
  "unique webhook_inbox (provider, account, event_id)": [
    testsIn("libs/billing/payment/receive-stripe-webhook.test.ts")(
      "stores a message once, with one job, however often it comes",
    ),
  ],
  "trigger audit_chain.audit_chain_append_only": [
    testsIn("libs/billing/audit/audit-chain.test.ts")(
      "keeps a link from being changed even by the owner of the tables",
    ),
  ],
  "trigger credit_use.credit_use_guard": [
    testsIn("libs/billing/credit/credits.test.ts")("is refused by the database beyond what the grant holds"),
  ],
  "trigger document_counter.document_counter_guard": [
    guardsTest("is the counter of a number series and the time of its last number"),
  ],
  "trigger invoice.credit_note_guard": [
    testsIn("libs/billing/credit-note/credit-note.test.ts")(
      "is refused by the database beyond what was billed, and may not be said to offset by hand",
    ),
  ],
  "trigger invoice.invoice_delete_guard": [guardsTest("cannot be deleted or made a draft again")],
  "trigger invoice.invoice_guard": [
    guardsTest("refuses total_minor = 1"),
    guardsTest("cannot be deleted or made a draft again"),
  ],
  "trigger invoice.invoice_insert_guard": [
    guardsTest("is born as a draft: an insert with issued_at is refused"),
  ],
  "trigger invoice_line.invoice_line_guard_insert": [guardsTest("takes no further line, while a draft does")],
  "trigger invoice_line.invoice_line_stays": [guardsTest("takes no further line, while a draft does")],
  "trigger ledger_posting.ledger_posting_append_only": [
    guardsTest("keep the rows of ledger_posting even from the owner"),
  ],
  "trigger payment.payment_refreshes_invoice": [
    guardsTest("set what was paid and its status by themselves, and never more than is due"),
  ],
  "trigger payment_attempt.payment_attempt_refreshes_invoice": [
    guardsTest("follow the last attempt while nothing was paid, and allow one open attempt"),
  ],
  "trigger tenant.tenant_clock_guard": [guardsTest("is the clock of a test tenant")],
  "policy customer.tenant_only reads": [tenancyTest("are not seen by another tenant")],
  "policy customer.tenant_only writes": [
    tenancyTest("are refused by row-level security alone when everything else about them is right"),
  ],
  "row security customer enabled": [
    tenancyTest("stand in tables with row-level security that is enabled, forced and has a policy"),
  ],
  "grant no update for app on ledger_posting": [
    guardsTest("may neither change nor remove a row of ledger_posting"),
  ],
  "grant no update for app on usage_event.value": [
    guardsTest("may resolve a usage event but not change what was sent"),
  ],
  "grant no update for app on invoice.amount_paid_minor": [
    guardsTest("may not say how much of an invoice was paid"),
  ],
  "function invoice_payment_refresh looks in our schema first": [
    guardsTest("look for tables in our schema before a caller's temporary ones"),
  ],
  "function effect_forget looks in our schema first": [
    guardsTest("look for tables in our schema before a caller's temporary ones"),
  ],
  "function webhook_delivery_forget looks in our schema first": [
    guardsTest("look for tables in our schema before a caller's temporary ones"),
  ],
};
