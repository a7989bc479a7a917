/** Migrations that are older than the rules for migrations. No name is added: a new migration keeps the rules. */
export const migrationBaseline: readonly string[] = [
  "20260301000000_foundation",
  "20261121090000_audit_chain_append_only",
  "20261121091000_tenant_schedule",
  "20261121100000_payment_link_attempts",
  "20261121100000_webhook_attempts",
  "20261121110000_refunds",
  "20261121120000_disputes",
  "20261121120000_named_coupons",
  "20261121130000_definer_search_path",
  "20261121130000_provider_circuit",
  "20261121140000_coupon_periods",
  "20261121150000_line_tax_behavior",
  "20261121160000_invoice_tax_status",
  "20261121170000_event_imports",
  "20261121180000_invariants",
  "20261121180000_templates",
];
