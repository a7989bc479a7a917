const none = "'none of these'";
const beyond = "'1000000000000000001'";

/** Every check: table, its name, and what an update of a sound row sets that it must refuse, and it alone. */
export const checks: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  anomaly_check: { anomaly_check_findings_check: "findings = -1" },
  api_idempotency: {
    api_idempotency_key_check: "key = ''",
    api_idempotency_state_check: `state = ${none}`,
  },
  api_key: { api_key_role_check: `role = ${none}` },
  billing_period: {
    billing_period_chained: "prev_end_at = start_at - interval '1 second'",
    billing_period_check: "end_at = start_at",
    billing_period_state_check: `state = ${none}`,
  },
  billing_run: {
    billing_run_kind_check: `kind = ${none}`,
    billing_run_state_check: `state = ${none}`,
  },
  coupon: {
    coupon_duration_check: `duration = ${none}`,
    coupon_kind_check: `kind = ${none}, percent_off = null`,
    coupon_repeats: "duration_periods = 2",
    coupon_value: "percent_off = null",
  },
  credit_grant: {
    credit_grant_amount_minor_check: "amount_minor = 0",
    credit_grant_expired_part: "expired_minor = -1",
    credit_grant_refunded_part: "refunded_minor = amount_minor, expired_minor = 1",
  },
  credit_use: { credit_use_amount_minor_check: "amount_minor = 0" },
  customer: {
    customer_schedule_next_check: "schedule_next_run_at = now()",
    customer_status_check: `status = ${none}`,
    customer_tax_status_check: `tax_status = ${none}`,
  },
  dispute: {
    dispute_amount_minor_check: "amount_minor = 0",
    dispute_state_check: `state = ${none}`,
  },
  document_counter: { document_counter_imported: "imported_to = last_number + 1" },
  effect: { effect_state_check: `state = ${none}` },
  event_import: {
    event_import_counts: "accepted = accepted + 1",
    event_import_format_check: `format = ${none}`,
    event_import_state_check: `state = ${none}`,
  },
  invariant_check: { invariant_check_breaches_check: "breaches = -1" },
  invoice: {
    invoice_amount_due: "amount_due_minor = amount_due_minor - 1",
    invoice_amounts_in_range: `subtotal_minor = ${beyond}`,
    invoice_corrects: "settlement = 'offset'",
    invoice_invoice_status_check: `invoice_status = ${none}, number = 'INV-1'`,
    invoice_invoice_type_check: `invoice_type = ${none}`,
    invoice_kind_check: `kind = ${none}`,
    invoice_not_overpaid: "amount_paid_minor = amount_due_minor + 1",
    invoice_number_when_finalized: "number = 'INV-1'",
    invoice_payment_status_check: `payment_status = ${none}`,
    invoice_record_status_check: `record_status = ${none}`,
    invoice_settlement_check: `invoice_type = 'credit', corrects_invoice_id = id, amount_due_minor = 0, settlement = ${none}`,
    invoice_tax_status_check: `tax_status = ${none}`,
  },
  invoice_line: {
    invoice_line_amount_minor_check: `amount_minor = ${beyond}`,
    invoice_line_check: "period_end = period_start - interval '1 second'",
    invoice_line_kind_check: `kind = ${none}`,
    invoice_line_tax_behavior_check: `tax_behavior = ${none}`,
  },
  job: { job_state_check: `state = ${none}` },
  ledger_posting: {
    ledger_posting_amount_minor_check: "amount_minor = 0",
    ledger_posting_check: "credit_account = debit_account",
  },
  payment: {
    payment_amount_minor_check: "amount_minor = 0",
    payment_overpaid_part: "overpaid_minor = amount_minor + 1",
  },
  payment_attempt: {
    payment_attempt_amount_minor_check: "amount_minor = 0",
    payment_attempt_state_check: `state = ${none}`,
  },
  provider_circuit: { provider_circuit_open_check: "retry_at = now()" },
  reconciliation: { reconciliation_state_check: `state = ${none}` },
  refund: {
    refund_amount_minor_check: "amount_minor = 0",
    refund_parts: "credit_minor = amount_minor, note_minor = 1",
    refund_state_check: `state = ${none}`,
  },
  subscription: {
    subscription_collection_check: `collection = ${none}`,
    subscription_status_check: `status = ${none}`,
  },
  subscription_change: { subscription_change_state_check: `state = ${none}` },
  subscription_item: {
    subscription_item_check: "ends_at = starts_at - interval '1 second'",
    subscription_item_proration_check: `proration = ${none}`,
  },
  template: { template_version_counts: "template_version = 0" },
  tenant: {
    tenant_clock_is_for_tests: "mode = 'live', clock_now = now()",
    tenant_mode_check: `mode = ${none}`,
  },
  tenant_schedule: {
    tenant_schedule_name_check: `name = ${none}`,
    tenant_schedule_next_check: "enabled = true, next_run_at = null",
  },
  test_clock: { test_clock_state_check: `state = ${none}` },
  usage_event: { usage_event_unresolved_check: `unresolved = ${none}` },
  webhook_delivery: { webhook_delivery_state_check: `state = ${none}` },
  webhook_inbox: { webhook_inbox_state_check: `state = ${none}` },
};
