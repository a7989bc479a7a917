/** A privilege on a table: r = select, a = insert, w = update, d = delete, as in pg_class.relacl. */
export const privileges = { r: "select", a: "insert", w: "update", d: "delete" } as const;

/**
 * What the roles may do with whole tables. Whatever does not stand here, and TRUNCATE, is refused: each such refusal is a
 * guard. `billwright_app` moves within one tenant; `billwright_system` knows no tenant, and moves work.
 */
export const granted: Readonly<Record<string, { readonly app?: string; readonly system?: string }>> = {
  anomaly_check: { app: "raw", system: "r" },
  api_idempotency: { app: "rawd" },
  api_key: { app: "rawd", system: "ra" },
  artifact: { app: "raw" },
  audit_chain: { app: "ra" },
  audit_log: { app: "ra" },
  billing_period: { app: "raw" },
  billing_run: { app: "rawd", system: "r" },
  coupon: { app: "rawd" },
  credit_grant: { app: "rawd" },
  credit_use: { app: "ra" },
  customer: { app: "raw" },
  customer_coupon: { app: "rawd" },
  customer_tax_rate: { app: "rawd" },
  dispute: { app: "raw" },
  document_counter: { app: "raw" },
  domain_event: { app: "ra" },
  dunning_step: { app: "rawd" },
  effect: { app: "raw", system: "r" },
  event_import: { app: "rawd" },
  event_import_reject: { app: "ra" },
  invariant_check: { app: "raw", system: "r" },
  invoice: { app: "rd" },
  invoice_discount: { app: "rawd" },
  invoice_document: { app: "ra" },
  invoice_line: { app: "rawd" },
  invoice_tax: { app: "rawd" },
  item_schedule: { app: "rawd" },
  job: { app: "rawd", system: "r" },
  ledger_posting: { app: "ra" },
  ledger_transaction: { app: "ra" },
  meter: { app: "rawd" },
  operator_session: { system: "rawd" },
  payment: { app: "ra" },
  payment_attempt: { app: "raw" },
  payment_link: { app: "rawd", system: "r" },
  payment_method: { app: "rawd" },
  plan: { app: "rawd" },
  plan_version: { app: "ra" },
  price: { app: "ra" },
  provider_account: { app: "rawd", system: "r" },
  provider_circuit: { system: "raw" },
  provider_object: { app: "rawd", system: "r" },
  rate_limit: { system: "rawd" },
  reconciliation: { app: "rawd" },
  refund: { app: "raw" },
  schedule: { system: "rawd" },
  subscription: { app: "raw" },
  subscription_change: { app: "rawd" },
  subscription_item: { app: "rawd" },
  tax_rate: { app: "rawd" },
  template: { app: "ra" },
  tenant: { app: "r", system: "ra" },
  tenant_schedule: { app: "raw", system: "r" },
  tenant_settings: { app: "ra" },
  test_clock: { app: "rawd" },
  usage_event: { app: "ra" },
  usage_hour: { app: "rawd" },
  usage_recount: { app: "rawd" },
  webhook_attempt: { app: "ra" },
  webhook_delivery: { app: "rawd" },
  webhook_endpoint: { app: "rawd" },
  webhook_inbox: { app: "rawd", system: "ra" },
};

const invoiceWritable = [
  ...["tenant_id", "id", "customer_id", "subscription_id", "invoice_type", "invoice_status", "record_status"],
  ...["currency", "kind", "schedule_no", "boundary_index", "idempotency_key", "billing_sequence"],
  ...[
    "billing_reason",
    "description",
    "period_start",
    "period_end",
    "subtotal_minor",
    "discount_total_minor",
  ],
  ...["tax_total_minor", "credit_total_minor", "total_minor", "amount_due_minor", "number", "series"],
  ...["issued_at", "finalize_at", "finalized_at", "due_at", "sent_at", "voided_at", "void_reason"],
  ...["uncollectible_at", "replaces_invoice_id", "corrects_invoice_id", "settlement", "settings_version"],
  ...["run_id", "metadata", "version", "created_at", "updated_at", "tax_status"],
];

/** Where a role may touch some columns only: table, role, privilege, columns. Every other column is a guard. */
export const grantedColumns: readonly (readonly [
  table: string,
  role: "app" | "system",
  privilege: "r" | "a" | "w",
  columns: readonly string[],
])[] = [
  ["api_key", "system", "w", ["last_used_at"]],
  // What is paid follows from payments: nobody may say it.
  ["invoice", "app", "a", invoiceWritable],
  // What was imported was a draft first, too.
  ["invoice", "app", "w", [...invoiceWritable, "imported_at"]],
  [
    "invoice",
    "system",
    "r",
    ["tenant_id", "id", "invoice_status", "finalize_at", "currency", "total_minor", "amount_paid_minor"],
  ],
  [
    ...(["job", "system", "w"] as const),
    [
      ...["state", "attempts", "dispatch", "run_at", "lease_until", "last_error", "queued_at", "started_at"],
      "ended_at",
      "result",
    ],
  ],
  [
    ...(["payment_attempt", "system", "r"] as const),
    [
      ...[
        "tenant_id",
        "id",
        "invoice_id",
        "provider",
        "state",
        "provider_id",
        "opened_at",
        "next_attempt_at",
      ],
      ...["polled_at", "payment_link_id"],
    ],
  ],
  [
    ...(["subscription", "system", "r"] as const),
    ["tenant_id", "id", "status", "timezone", "next_due_at", "parked_at"],
  ],
  ["tenant", "app", "w", ["clock_now"]],
  // What was sent stays; who it belongs to is found later.
  ["usage_event", "app", "w", ["event_type", "customer_id", "subscription_id", "unresolved"]],
  ["usage_event", "system", "r", ["tenant_id", "timestamp"]],
  ["webhook_delivery", "system", "r", ["tenant_id", "id", "state", "attempts", "next_attempt_at"]],
  // Sealed: a process asks at its start which keys it needs.
  ["webhook_endpoint", "system", "r", ["tenant_id", "id", "secret"]],
  ["webhook_inbox", "system", "w", ["tenant_id", "state", "attempts", "error", "applied_at"]],
];
