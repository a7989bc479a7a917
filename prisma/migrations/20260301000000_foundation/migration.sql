
-- CreateTable
CREATE TABLE "tenant" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "clock_now" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tenant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tenant_settings" (
    "tenant_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "settings" JSONB NOT NULL,
    "actor" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tenant_settings_pkey" PRIMARY KEY ("tenant_id","version")
);

-- CreateTable
CREATE TABLE "api_key" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "last_four" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "operator_session" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "csrf_token" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "operator_session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rate_limit" (
    "key" TEXT NOT NULL,
    "window_started_at" TIMESTAMPTZ(3) NOT NULL,
    "hits" INTEGER NOT NULL,

    CONSTRAINT "rate_limit_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "customer" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "external_id" TEXT,
    "name" TEXT NOT NULL,
    "email" TEXT,
    "status" TEXT NOT NULL DEFAULT 'active',
    "currency" TEXT,
    "timezone" TEXT,
    "locale" TEXT,
    "billing_address" JSONB NOT NULL DEFAULT '{}',
    "tax_ids" JSONB NOT NULL DEFAULT '[]',
    "tax_status" TEXT NOT NULL DEFAULT 'taxable',
    "invoice_number_prefix" TEXT,
    "payment_terms_days" INTEGER,
    "schedule" JSONB,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "customer_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "payment_method" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "is_default" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "payment_method_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "tax_rate" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "percentage" DECIMAL(40,12) NOT NULL,
    "inclusive" BOOLEAN NOT NULL,
    "jurisdiction" TEXT,
    "archived_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tax_rate_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "customer_tax_rate" (
    "tenant_id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "tax_rate_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "customer_tax_rate_pkey" PRIMARY KEY ("tenant_id","customer_id","tax_rate_id")
);

-- CreateTable
CREATE TABLE "meter" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "definition_version" INTEGER NOT NULL DEFAULT 1,
    "name" TEXT NOT NULL,
    "event_type" TEXT NOT NULL,
    "definition" JSONB NOT NULL,
    "superseded_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "meter_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "plan" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "archived_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "plan_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "plan_version" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "plan_id" UUID NOT NULL,
    "plan_version" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,
    "interval" JSONB NOT NULL,
    "trial_days" INTEGER NOT NULL DEFAULT 0,
    "minimum_commitment_minor" BIGINT,
    "maximum_amount_minor" BIGINT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "plan_version_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "price" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "plan_version_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "meter_id" UUID,
    "definition" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "price_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "coupon" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "percent_off" DECIMAL(40,12),
    "amount_off_minor" BIGINT,
    "currency" TEXT,
    "duration" TEXT NOT NULL,
    "duration_periods" INTEGER,
    "applies_to" JSONB NOT NULL DEFAULT '[]',
    "archived_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "coupon_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "customer_coupon" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "subscription_id" UUID,
    "coupon_id" UUID NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "customer_coupon_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "credit_grant" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "currency" TEXT NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "priority" INTEGER NOT NULL DEFAULT 0,
    "cost_basis" DECIMAL(40,12),
    "expires_at" TIMESTAMPTZ(3),
    "reason" TEXT,
    "source_invoice_id" UUID,
    "expired_minor" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "credit_grant_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "credit_use" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "credit_grant_id" UUID NOT NULL,
    "invoice_id" UUID NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "credit_use_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "subscription" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "plan_version_id" UUID NOT NULL,
    "currency" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "trial_ends_at" TIMESTAMPTZ(3),
    "ends_at" TIMESTAMPTZ(3),
    "canceled_at" TIMESTAMPTZ(3),
    "paused_at" TIMESTAMPTZ(3),
    "anchor" JSONB NOT NULL,
    "timezone" TEXT NOT NULL,
    "collection" TEXT NOT NULL DEFAULT 'charge_automatically',
    "payment_method_id" UUID,
    "price_overrides" JSONB NOT NULL DEFAULT '[]',
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "schedule_no" INTEGER NOT NULL DEFAULT 0,
    "next_index" INTEGER NOT NULL DEFAULT 0,
    "next_due_at" TIMESTAMPTZ(3),
    "billing_sequence" INTEGER NOT NULL DEFAULT 0,
    "parked_at" TIMESTAMPTZ(3),
    "parked_reason" TEXT,
    "parked_code" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "subscription_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "subscription_item" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "subscription_id" UUID NOT NULL,
    "price_id" UUID NOT NULL,
    "quantity" DECIMAL(40,12),
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3),
    "proration" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "subscription_item_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "subscription_change" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "subscription_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "terms" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "schedule_no" INTEGER,
    "invoice_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "subscription_change_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "item_schedule" (
    "tenant_id" UUID NOT NULL,
    "subscription_item_id" UUID NOT NULL,
    "schedule_no" INTEGER NOT NULL,
    "anchor_at" TEXT NOT NULL,
    "interval" JSONB NOT NULL,
    "timezone" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "item_schedule_pkey" PRIMARY KEY ("tenant_id","subscription_item_id","schedule_no")
);

-- CreateTable
CREATE TABLE "billing_period" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "subscription_item_id" UUID NOT NULL,
    "schedule_no" INTEGER NOT NULL,
    "index" INTEGER NOT NULL,
    "start_at" TIMESTAMPTZ(3) NOT NULL,
    "end_at" TIMESTAMPTZ(3) NOT NULL,
    "prev_end_at" TIMESTAMPTZ(3),
    "state" TEXT NOT NULL,
    "invoice_id" UUID,
    "event_count" BIGINT,
    "counted_at" TIMESTAMPTZ(3),
    "late_since" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "billing_period_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "usage_event" (
    "tenant_id" UUID NOT NULL,
    "source" TEXT NOT NULL DEFAULT '',
    "id" TEXT NOT NULL,
    "event_type" TEXT NOT NULL,
    "customer_ref" TEXT NOT NULL,
    "customer_id" UUID,
    "subscription_id" UUID,
    "timestamp" TIMESTAMPTZ(3) NOT NULL,
    "value" DECIMAL(40,12),
    "properties" JSONB NOT NULL DEFAULT '{}',
    "content_hash" BYTEA NOT NULL,
    "unresolved" TEXT,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "usage_event_pkey" PRIMARY KEY ("tenant_id","source","id")
);

-- CreateTable
CREATE TABLE "usage_hour" (
    "tenant_id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "subscription_id" UUID NOT NULL,
    "meter_id" UUID NOT NULL,
    "group_key" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "n" BIGINT NOT NULL,
    "sum" DECIMAL(40,12) NOT NULL,
    "min" DECIMAL(40,12) NOT NULL,
    "max" DECIMAL(40,12) NOT NULL,
    "last" DECIMAL(40,12) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "last_id" TEXT NOT NULL,

    CONSTRAINT "usage_hour_pkey" PRIMARY KEY ("tenant_id","customer_id","meter_id","hour","group_key","subscription_id")
);

-- CreateTable
CREATE TABLE "usage_recount" (
    "tenant_id" UUID NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "buckets" INTEGER NOT NULL,
    "repaired" INTEGER NOT NULL,
    "recounted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "usage_recount_pkey" PRIMARY KEY ("tenant_id","hour")
);

-- CreateTable
CREATE TABLE "event_import" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "file_name" TEXT NOT NULL,
    "rows_read" BIGINT NOT NULL DEFAULT 0,
    "accepted" BIGINT NOT NULL DEFAULT 0,
    "duplicates" BIGINT NOT NULL DEFAULT 0,
    "rejected" BIGINT NOT NULL DEFAULT 0,
    "byte_offset" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "event_import_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "billing_run" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "month" TEXT,
    "as_of" TIMESTAMPTZ(3),
    "dry_run" BOOLEAN NOT NULL DEFAULT false,
    "stages" JSONB NOT NULL DEFAULT '[]',
    "customers" JSONB NOT NULL DEFAULT '[]',
    "state" TEXT NOT NULL DEFAULT 'planning',
    "organizations" INTEGER NOT NULL DEFAULT 0,
    "already_billed" INTEGER NOT NULL DEFAULT 0,
    "waiting_zones" JSONB NOT NULL DEFAULT '[]',
    "plans" INTEGER NOT NULL DEFAULT 1,
    "result" JSONB,
    "recovered_at" TIMESTAMPTZ(3),
    "deadline_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "generated_at" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "billing_run_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "invoice" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "subscription_id" UUID,
    "invoice_type" TEXT NOT NULL,
    "invoice_status" TEXT NOT NULL DEFAULT 'draft',
    "payment_status" TEXT NOT NULL DEFAULT 'pending',
    "record_status" TEXT NOT NULL DEFAULT 'published',
    "currency" TEXT NOT NULL,
    "kind" TEXT,
    "schedule_no" INTEGER,
    "boundary_index" INTEGER,
    "idempotency_key" TEXT,
    "billing_sequence" INTEGER,
    "billing_reason" TEXT NOT NULL,
    "description" TEXT,
    "period_start" TIMESTAMPTZ(3),
    "period_end" TIMESTAMPTZ(3),
    "subtotal_minor" BIGINT NOT NULL,
    "discount_total_minor" BIGINT NOT NULL,
    "tax_total_minor" BIGINT NOT NULL,
    "credit_total_minor" BIGINT NOT NULL,
    "total_minor" BIGINT NOT NULL,
    "amount_due_minor" BIGINT NOT NULL,
    "amount_paid_minor" BIGINT NOT NULL DEFAULT 0,
    "amount_offset_minor" BIGINT NOT NULL DEFAULT 0,
    "number" TEXT,
    "series" TEXT,
    "issued_at" TIMESTAMPTZ(3),
    "finalize_at" TIMESTAMPTZ(3),
    "finalized_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3),
    "paid_at" TIMESTAMPTZ(3),
    "sent_at" TIMESTAMPTZ(3),
    "voided_at" TIMESTAMPTZ(3),
    "void_reason" TEXT,
    "uncollectible_at" TIMESTAMPTZ(3),
    "replaces_invoice_id" UUID,
    "corrects_invoice_id" UUID,
    "settlement" TEXT,
    "settings_version" INTEGER NOT NULL,
    "run_id" UUID,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "invoice_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "invoice_line" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "invoice_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "source_key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subscription_item_id" UUID,
    "price_id" UUID,
    "billing_period_id" UUID,
    "corrects_line_id" UUID,
    "group_key" TEXT NOT NULL DEFAULT '',
    "description" TEXT NOT NULL,
    "quantity" DECIMAL(40,12) NOT NULL,
    "unit" TEXT,
    "unit_amount" DECIMAL(65,30),
    "exact_amount" DECIMAL(65,30) NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "discount_minor" BIGINT NOT NULL DEFAULT 0,
    "tax_minor" BIGINT NOT NULL DEFAULT 0,
    "taxes" JSONB NOT NULL DEFAULT '{}',
    "period_start" TIMESTAMPTZ(3) NOT NULL,
    "period_end" TIMESTAMPTZ(3) NOT NULL,
    "ratio_numerator" BIGINT NOT NULL,
    "ratio_denominator" BIGINT NOT NULL,
    "rounding_mode" TEXT NOT NULL,
    "tiers" JSONB NOT NULL DEFAULT '[]',
    "steps" JSONB NOT NULL DEFAULT '[]',
    "inputs" JSONB NOT NULL,
    "input_hash" TEXT NOT NULL,
    "event_count" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "invoice_line_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "invoice_tax" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "invoice_id" UUID NOT NULL,
    "tax_rate_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "percentage" DECIMAL(40,12) NOT NULL,
    "inclusive" BOOLEAN NOT NULL,
    "taxable_minor" BIGINT NOT NULL,
    "amount_minor" BIGINT NOT NULL,

    CONSTRAINT "invoice_tax_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "invoice_discount" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "invoice_id" UUID NOT NULL,
    "customer_coupon_id" UUID,
    "name" TEXT NOT NULL,
    "amount_minor" BIGINT NOT NULL,

    CONSTRAINT "invoice_discount_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "invoice_document" (
    "tenant_id" UUID NOT NULL,
    "invoice_id" UUID NOT NULL,
    "document" JSONB NOT NULL,
    "sha256" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "invoice_document_pkey" PRIMARY KEY ("tenant_id","invoice_id")
);

-- CreateTable
CREATE TABLE "document_counter" (
    "tenant_id" UUID NOT NULL,
    "series" TEXT NOT NULL,
    "last_number" BIGINT NOT NULL,
    "last_issued_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "document_counter_pkey" PRIMARY KEY ("tenant_id","series")
);

-- CreateTable
CREATE TABLE "artifact" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "invoice_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "size_bytes" INTEGER NOT NULL,
    "page_count" INTEGER NOT NULL,
    "bytes" BYTEA,
    "object_key" TEXT,
    "object_url" TEXT,
    "stored_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "artifact_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "provider_object" (
    "tenant_id" UUID NOT NULL,
    "provider" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "local_id" UUID NOT NULL,
    "provider_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "provider_object_pkey" PRIMARY KEY ("tenant_id","provider","kind","local_id")
);

-- CreateTable
CREATE TABLE "provider_account" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "provider" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "secrets" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "provider_account_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "payment_attempt" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "invoice_id" UUID NOT NULL,
    "provider" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "provider_id" TEXT,
    "failure_code" TEXT,
    "failure_message" TEXT,
    "opened_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(3),
    "next_attempt_at" TIMESTAMPTZ(3),
    "polled_at" TIMESTAMPTZ(3),

    CONSTRAINT "payment_attempt_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "payment" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "invoice_id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "payment_attempt_id" UUID,
    "provider" TEXT NOT NULL,
    "provider_id" TEXT,
    "method" TEXT NOT NULL,
    "reference" TEXT,
    "amount_minor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "payment_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "refund" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "payment_id" UUID NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "provider_id" TEXT,
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "refund_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "dispute" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "payment_id" UUID NOT NULL,
    "provider_id" TEXT NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dispute_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "payment_link" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "invoice_id" UUID NOT NULL,
    "key_id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "payment_link_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "ledger_transaction" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "customer_id" UUID,
    "invoice_id" UUID,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ledger_transaction_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "ledger_posting" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "ledger_transaction_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "debit_account" TEXT NOT NULL,
    "credit_account" TEXT NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,

    CONSTRAINT "ledger_posting_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "domain_event" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "subject_type" TEXT NOT NULL,
    "subject_id" UUID NOT NULL,
    "data" JSONB NOT NULL DEFAULT '{}',
    "run_id" UUID,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "domain_event_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "job" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "queue" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "attempt_budget" INTEGER NOT NULL,
    "dispatch" INTEGER NOT NULL DEFAULT 0,
    "run_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lease_until" TIMESTAMPTZ(3),
    "last_error" JSONB,
    "result" JSONB,
    "run_id" UUID,
    "cause_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "queued_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "job_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "effect" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "business_key" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'planned',
    "fence" BIGINT NOT NULL DEFAULT 0,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "owner" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "idempotency_key" TEXT NOT NULL,
    "epoch_started_at" TIMESTAMPTZ(3),
    "request_hash" TEXT,
    "external_id" TEXT,
    "result" JSONB,
    "error" JSONB,
    "first_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "effect_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "webhook_inbox" (
    "provider" TEXT NOT NULL,
    "account" TEXT NOT NULL DEFAULT '',
    "event_id" TEXT NOT NULL,
    "tenant_id" UUID,
    "type" TEXT NOT NULL,
    "object_id" TEXT,
    "payload" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'received',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "provider_created_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "applied_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_inbox_pkey" PRIMARY KEY ("provider","account","event_id")
);

-- CreateTable
CREATE TABLE "webhook_endpoint" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "secret" BYTEA NOT NULL,
    "event_types" JSONB NOT NULL DEFAULT '[]',
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "disabled_reason" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhook_endpoint_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "webhook_delivery" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "webhook_endpoint_id" UUID NOT NULL,
    "domain_event_id" UUID NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "last_status" INTEGER,
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "delivered_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_delivery_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "test_clock" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "target_at" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'ready',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "test_clock_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "api_idempotency" (
    "tenant_id" UUID NOT NULL,
    "route" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "body_hash" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "status" INTEGER,
    "response" JSONB,
    "locked_until" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "api_idempotency_pkey" PRIMARY KEY ("tenant_id","route","key")
);

-- CreateTable
CREATE TABLE "audit_log" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target_type" TEXT NOT NULL,
    "target_id" TEXT NOT NULL,
    "reason" TEXT,
    "request_id" TEXT,
    "address" TEXT,
    "before" JSONB,
    "after" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "audit_chain" (
    "tenant_id" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "audit_log_id" UUID NOT NULL,
    "previous_hash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_chain_pkey" PRIMARY KEY ("tenant_id","sequence")
);

-- CreateTable
CREATE TABLE "dunning_step" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "invoice_id" UUID NOT NULL,
    "step" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "done_at" TIMESTAMPTZ(3),
    "canceled_at" TIMESTAMPTZ(3),

    CONSTRAINT "dunning_step_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "template" (
    "tenant_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "template_version" INTEGER NOT NULL,
    "body" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "template_pkey" PRIMARY KEY ("tenant_id","kind","template_version")
);

-- CreateTable
CREATE TABLE "reconciliation" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "findings" JSONB NOT NULL DEFAULT '[]',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "reconciliation_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "schedule" (
    "name" TEXT NOT NULL,
    "cron" TEXT NOT NULL,
    "timezone" TEXT NOT NULL DEFAULT 'UTC',
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "last_run_at" TIMESTAMPTZ(3),
    "next_run_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "schedule_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "operator_session_token_hash_key" ON "operator_session"("token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "customer_tenant_id_external_id_key" ON "customer"("tenant_id", "external_id");

-- CreateIndex
CREATE UNIQUE INDEX "payment_method_tenant_id_customer_id_provider_provider_id_key" ON "payment_method"("tenant_id", "customer_id", "provider", "provider_id");

-- CreateIndex
CREATE UNIQUE INDEX "tax_rate_tenant_id_code_key" ON "tax_rate"("tenant_id", "code");

-- CreateIndex
CREATE INDEX "meter_tenant_id_event_type_idx" ON "meter"("tenant_id", "event_type");

-- CreateIndex
CREATE UNIQUE INDEX "meter_tenant_id_code_definition_version_key" ON "meter"("tenant_id", "code", "definition_version");

-- CreateIndex
CREATE UNIQUE INDEX "plan_tenant_id_code_key" ON "plan"("tenant_id", "code");

-- CreateIndex
CREATE UNIQUE INDEX "plan_version_tenant_id_plan_id_plan_version_key" ON "plan_version"("tenant_id", "plan_id", "plan_version");

-- CreateIndex
CREATE UNIQUE INDEX "price_tenant_id_plan_version_id_code_key" ON "price"("tenant_id", "plan_version_id", "code");

-- CreateIndex
CREATE UNIQUE INDEX "coupon_tenant_id_code_key" ON "coupon"("tenant_id", "code");

-- CreateIndex
CREATE UNIQUE INDEX "credit_use_tenant_id_credit_grant_id_invoice_id_key" ON "credit_use"("tenant_id", "credit_grant_id", "invoice_id");

-- CreateIndex
CREATE INDEX "subscription_next_due_at_idx" ON "subscription"("next_due_at");

-- CreateIndex
CREATE INDEX "subscription_tenant_id_customer_id_idx" ON "subscription"("tenant_id", "customer_id");

-- CreateIndex
CREATE INDEX "subscription_item_tenant_id_subscription_id_idx" ON "subscription_item"("tenant_id", "subscription_id");

-- CreateIndex
CREATE INDEX "subscription_change_tenant_id_subscription_id_idx" ON "subscription_change"("tenant_id", "subscription_id");

-- CreateIndex
CREATE INDEX "billing_period_tenant_id_invoice_id_idx" ON "billing_period"("tenant_id", "invoice_id");

-- CreateIndex
CREATE UNIQUE INDEX "billing_period_tenant_id_subscription_item_id_schedule_no_i_key" ON "billing_period"("tenant_id", "subscription_item_id", "schedule_no", "index");

-- CreateIndex
CREATE UNIQUE INDEX "billing_period_tenant_id_subscription_item_id_start_at_key" ON "billing_period"("tenant_id", "subscription_item_id", "start_at");

-- CreateIndex
CREATE UNIQUE INDEX "billing_period_tenant_id_subscription_item_id_end_at_key" ON "billing_period"("tenant_id", "subscription_item_id", "end_at");

-- CreateIndex
CREATE INDEX "usage_event_tenant_id_customer_id_event_type_timestamp_idx" ON "usage_event"("tenant_id", "customer_id", "event_type", "timestamp");

-- CreateIndex
CREATE UNIQUE INDEX "billing_run_tenant_id_key_key" ON "billing_run"("tenant_id", "key");

-- CreateIndex
CREATE INDEX "invoice_tenant_id_customer_id_idx" ON "invoice"("tenant_id", "customer_id");

-- CreateIndex
CREATE INDEX "invoice_tenant_id_subscription_id_idx" ON "invoice"("tenant_id", "subscription_id");

-- CreateIndex
CREATE INDEX "invoice_tenant_id_run_id_idx" ON "invoice"("tenant_id", "run_id");

-- CreateIndex
CREATE UNIQUE INDEX "invoice_tenant_id_number_key" ON "invoice"("tenant_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "invoice_tenant_id_idempotency_key_key" ON "invoice"("tenant_id", "idempotency_key");

-- CreateIndex
CREATE INDEX "invoice_line_tenant_id_invoice_id_idx" ON "invoice_line"("tenant_id", "invoice_id");

-- CreateIndex
CREATE INDEX "invoice_line_tenant_id_billing_period_id_idx" ON "invoice_line"("tenant_id", "billing_period_id");

-- CreateIndex
CREATE UNIQUE INDEX "invoice_line_tenant_id_source_key_key" ON "invoice_line"("tenant_id", "source_key");

-- CreateIndex
CREATE INDEX "invoice_tax_tenant_id_invoice_id_idx" ON "invoice_tax"("tenant_id", "invoice_id");

-- CreateIndex
CREATE INDEX "invoice_discount_tenant_id_invoice_id_idx" ON "invoice_discount"("tenant_id", "invoice_id");

-- CreateIndex
CREATE UNIQUE INDEX "artifact_tenant_id_invoice_id_kind_key" ON "artifact"("tenant_id", "invoice_id", "kind");

-- CreateIndex
CREATE UNIQUE INDEX "provider_object_provider_kind_provider_id_key" ON "provider_object"("provider", "kind", "provider_id");

-- CreateIndex
CREATE UNIQUE INDEX "provider_account_provider_account_id_key" ON "provider_account"("provider", "account_id");

-- CreateIndex
CREATE INDEX "payment_attempt_tenant_id_invoice_id_idx" ON "payment_attempt"("tenant_id", "invoice_id");

-- CreateIndex
CREATE INDEX "payment_tenant_id_invoice_id_idx" ON "payment"("tenant_id", "invoice_id");

-- CreateIndex
CREATE UNIQUE INDEX "payment_tenant_id_provider_provider_id_key" ON "payment"("tenant_id", "provider", "provider_id");

-- CreateIndex
CREATE UNIQUE INDEX "dispute_tenant_id_provider_id_key" ON "dispute"("tenant_id", "provider_id");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_transaction_tenant_id_kind_ref_key" ON "ledger_transaction"("tenant_id", "kind", "ref");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_posting_tenant_id_ledger_transaction_id_position_key" ON "ledger_posting"("tenant_id", "ledger_transaction_id", "position");

-- CreateIndex
CREATE INDEX "domain_event_tenant_id_subject_id_idx" ON "domain_event"("tenant_id", "subject_id");

-- CreateIndex
CREATE INDEX "job_run_at_idx" ON "job"("run_at");

-- CreateIndex
CREATE INDEX "job_tenant_id_run_id_idx" ON "job"("tenant_id", "run_id");

-- CreateIndex
CREATE UNIQUE INDEX "job_id_key" ON "job"("id");

-- CreateIndex
CREATE UNIQUE INDEX "job_tenant_id_key_key" ON "job"("tenant_id", "key");

-- CreateIndex
CREATE UNIQUE INDEX "effect_tenant_id_kind_business_key_key" ON "effect"("tenant_id", "kind", "business_key");

-- CreateIndex
CREATE INDEX "webhook_inbox_object_id_idx" ON "webhook_inbox"("object_id");

-- CreateIndex
CREATE UNIQUE INDEX "test_clock_tenant_id_key" ON "test_clock"("tenant_id");

-- CreateIndex
CREATE UNIQUE INDEX "webhook_delivery_tenant_id_webhook_endpoint_id_domain_event_key" ON "webhook_delivery"("tenant_id", "webhook_endpoint_id", "domain_event_id");

-- CreateIndex
CREATE INDEX "audit_log_tenant_id_target_id_idx" ON "audit_log"("tenant_id", "target_id");

-- CreateIndex
CREATE UNIQUE INDEX "audit_chain_tenant_id_audit_log_id_key" ON "audit_chain"("tenant_id", "audit_log_id");

-- CreateIndex
CREATE UNIQUE INDEX "dunning_step_tenant_id_invoice_id_step_key" ON "dunning_step"("tenant_id", "invoice_id", "step");


-- Everything below is what Prisma cannot say: paired foreign keys, checks, partial uniques, triggers, roles, policies, grants.

-- Foreign keys pair tenant_id, so that a row can never point into another tenant.
DO $$
DECLARE
  fk text[];
  spec text[][] := ARRAY[
    ['tenant_settings', '', 'tenant'], ['api_key', '', 'tenant'], ['customer', '', 'tenant'], ['meter', '', 'tenant'],
    ['plan', '', 'tenant'], ['tax_rate', '', 'tenant'], ['coupon', '', 'tenant'], ['billing_run', '', 'tenant'],
    ['job', '', 'tenant'], ['domain_event', '', 'tenant'], ['effect', '', 'tenant'], ['audit_log', '', 'tenant'],
    ['usage_event', '', 'tenant'], ['usage_recount', '', 'tenant'], ['event_import', '', 'tenant'], ['document_counter', '', 'tenant'],
    ['api_idempotency', '', 'tenant'], ['webhook_endpoint', '', 'tenant'], ['template', '', 'tenant'], ['reconciliation', '', 'tenant'],
    ['test_clock', '', 'tenant'], ['provider_account', '', 'tenant'], ['provider_object', '', 'tenant'], ['webhook_inbox', '', 'tenant'],
    ['payment_method', 'customer_id', 'customer'],
    ['customer_tax_rate', 'customer_id', 'customer'], ['customer_tax_rate', 'tax_rate_id', 'tax_rate'],
    ['plan_version', 'plan_id', 'plan'], ['price', 'plan_version_id', 'plan_version'], ['price', 'meter_id', 'meter'],
    ['customer_coupon', 'customer_id', 'customer'], ['customer_coupon', 'subscription_id', 'subscription'], ['customer_coupon', 'coupon_id', 'coupon'],
    ['credit_grant', 'customer_id', 'customer'], ['credit_grant', 'source_invoice_id', 'invoice'], ['credit_use', 'credit_grant_id', 'credit_grant'], ['credit_use', 'invoice_id', 'invoice'],
    ['subscription', 'customer_id', 'customer'], ['subscription', 'plan_version_id', 'plan_version'], ['subscription', 'payment_method_id', 'payment_method'],
    ['subscription_item', 'subscription_id', 'subscription'], ['subscription_item', 'price_id', 'price'],
    ['subscription_change', 'subscription_id', 'subscription'], ['subscription_change', 'invoice_id', 'invoice'],
    ['item_schedule', 'subscription_item_id', 'subscription_item'],
    ['billing_period', 'subscription_item_id', 'subscription_item'], ['billing_period', 'invoice_id', 'invoice'],
    ['usage_event', 'customer_id', 'customer'], ['usage_event', 'subscription_id', 'subscription'],
    ['usage_hour', 'customer_id', 'customer'], ['usage_hour', 'meter_id', 'meter'],
    ['invoice', 'customer_id', 'customer'], ['invoice', 'subscription_id', 'subscription'], ['invoice', 'run_id', 'billing_run'],
    ['invoice', 'replaces_invoice_id', 'invoice'], ['invoice', 'corrects_invoice_id', 'invoice'],
    ['invoice_line', 'invoice_id', 'invoice'], ['invoice_line', 'subscription_item_id', 'subscription_item'],
    ['invoice_line', 'price_id', 'price'], ['invoice_line', 'billing_period_id', 'billing_period'],
    ['invoice_line', 'corrects_line_id', 'invoice_line'],
    ['invoice_tax', 'invoice_id', 'invoice'], ['invoice_tax', 'tax_rate_id', 'tax_rate'],
    ['invoice_discount', 'invoice_id', 'invoice'], ['invoice_discount', 'customer_coupon_id', 'customer_coupon'],
    ['invoice_document', 'invoice_id', 'invoice'], ['artifact', 'invoice_id', 'invoice'],
    ['payment_attempt', 'invoice_id', 'invoice'], ['payment', 'invoice_id', 'invoice'], ['payment', 'customer_id', 'customer'],
    ['payment', 'payment_attempt_id', 'payment_attempt'], ['refund', 'payment_id', 'payment'], ['dispute', 'payment_id', 'payment'],
    ['payment_link', 'invoice_id', 'invoice'],
    ['ledger_transaction', 'customer_id', 'customer'], ['ledger_transaction', 'invoice_id', 'invoice'],
    ['ledger_posting', 'ledger_transaction_id', 'ledger_transaction'],
    ['job', 'run_id', 'billing_run'], ['job', 'cause_id', 'domain_event'], ['domain_event', 'run_id', 'billing_run'],
    ['webhook_delivery', 'webhook_endpoint_id', 'webhook_endpoint'], ['webhook_delivery', 'domain_event_id', 'domain_event'],
    ['audit_chain', 'audit_log_id', 'audit_log'], ['dunning_step', 'invoice_id', 'invoice']
  ];
BEGIN
  FOREACH fk SLICE 1 IN ARRAY spec LOOP
    IF fk[2] = '' THEN
      EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I FOREIGN KEY (tenant_id) REFERENCES tenant (id)', fk[1], fk[1] || '_tenant_fkey');
    ELSE
      EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I FOREIGN KEY (tenant_id, %I) REFERENCES %I (tenant_id, id)',
        fk[1], fk[1] || '_' || fk[2] || '_fkey', fk[2], fk[3]);
    END IF;
  END LOOP;
END $$;

-- Words that a column may hold.
ALTER TABLE tenant ADD CHECK (mode IN ('live', 'test')), ADD CONSTRAINT tenant_clock_is_for_tests CHECK (clock_now IS NULL OR mode = 'test');
ALTER TABLE api_key ADD CHECK (role IN ('admin', 'operator', 'ingest', 'reader'));
ALTER TABLE customer ADD CHECK (status IN ('active', 'inactive')), ADD CHECK (tax_status IN ('taxable', 'exempt', 'reverse_charge'));
ALTER TABLE subscription ADD CHECK (status IN ('scheduled', 'trialing', 'active', 'past_due', 'paused', 'canceled', 'ended')),
  ADD CHECK (collection IN ('charge_automatically', 'send_invoice'));
ALTER TABLE subscription_item ADD CHECK (proration IN ('second', 'day')), ADD CHECK (starts_at <= ends_at);
ALTER TABLE subscription_change ADD CHECK (state IN ('pending', 'applied', 'dropped'));
ALTER TABLE billing_period ADD CHECK (state IN ('claimed', 'billed', 'dropped', 'voided')), ADD CHECK (start_at < end_at),
  ADD CONSTRAINT billing_period_chained CHECK (prev_end_at IS NULL OR prev_end_at = start_at);
ALTER TABLE usage_event ADD CHECK (unresolved IN ('customer', 'event_type', 'meter'));
ALTER TABLE billing_run ADD CHECK (kind IN ('month', 'due', 'legacy')),
  ADD CHECK (state IN ('planning', 'generating', 'generated', 'completed', 'completed_with_errors'));
ALTER TABLE invoice ADD CHECK (invoice_type IN ('subscription', 'one_off', 'credit')), ADD CHECK (invoice_status IN ('draft', 'finalized', 'voided')),
  ADD CHECK (payment_status IN ('pending', 'succeeded', 'failed')), ADD CHECK (record_status IN ('published', 'deleted')),
  ADD CHECK (kind IN ('start', 'cycle', 'change', 'final', 'late')),
  ADD CONSTRAINT invoice_number_when_finalized CHECK ((invoice_status = 'draft') = (number IS NULL) OR (invoice_status = 'voided')),
  ADD CONSTRAINT invoice_amounts_in_range CHECK (greatest(abs(subtotal_minor), abs(discount_total_minor), abs(tax_total_minor), abs(credit_total_minor), abs(total_minor), abs(amount_due_minor), abs(amount_paid_minor)) <= 1000000000000000000),
  ADD CONSTRAINT invoice_amount_due CHECK (amount_due_minor = CASE invoice_type WHEN 'credit' THEN 0 ELSE total_minor - credit_total_minor END),
  ADD CONSTRAINT invoice_not_overpaid CHECK (amount_offset_minor >= 0 AND amount_paid_minor + amount_offset_minor <= greatest(amount_due_minor, 0)),
  ADD CHECK (settlement IN ('refund', 'credit', 'offset')),
  ADD CONSTRAINT invoice_corrects CHECK ((invoice_type = 'credit') = (corrects_invoice_id IS NOT NULL) AND (invoice_type = 'credit') = (settlement IS NOT NULL));
ALTER TABLE invoice_line ADD CHECK (kind IN ('recurring', 'usage', 'one_time', 'proration_charge', 'proration_credit', 'minimum_commitment', 'late_usage', 'adjustment')),
  ADD CHECK (abs(amount_minor) <= 1000000000000000000), ADD CHECK (period_start <= period_end);
ALTER TABLE payment_attempt ADD CHECK (state IN ('open', 'processing', 'succeeded', 'failed', 'canceled')), ADD CHECK (amount_minor > 0);
ALTER TABLE payment ADD CHECK (amount_minor > 0);
ALTER TABLE credit_grant ADD CHECK (amount_minor > 0), ADD CONSTRAINT credit_grant_expired_part CHECK (expired_minor BETWEEN 0 AND amount_minor);
ALTER TABLE credit_use ADD CHECK (amount_minor > 0);
ALTER TABLE coupon ADD CHECK (kind IN ('percent', 'amount')), ADD CHECK (duration IN ('once', 'repeating', 'forever')),
  ADD CONSTRAINT coupon_value CHECK ((kind = 'percent') = (percent_off IS NOT NULL) AND (kind = 'amount') = (amount_off_minor IS NOT NULL AND currency IS NOT NULL)),
  ADD CONSTRAINT coupon_repeats CHECK ((duration = 'repeating') = (duration_periods IS NOT NULL));
ALTER TABLE ledger_posting ADD CHECK (amount_minor > 0), ADD CHECK (debit_account <> credit_account);
ALTER TABLE job ADD CHECK (state IN ('pending', 'queued', 'running', 'succeeded', 'failed', 'dead'));
ALTER TABLE effect ADD CHECK (state IN ('planned', 'inflight', 'succeeded', 'failed', 'unknown'));
ALTER TABLE test_clock ADD CHECK (state IN ('ready', 'advancing'));
ALTER TABLE webhook_inbox ADD CHECK (state IN ('received', 'applied', 'ignored', 'failed'));
ALTER TABLE api_idempotency ADD CHECK (state IN ('running', 'completed')), ADD CHECK (length(key) BETWEEN 1 AND 255);

-- What must exist once.
CREATE UNIQUE INDEX billing_period_first ON billing_period (tenant_id, subscription_item_id) WHERE prev_end_at IS NULL;
ALTER TABLE billing_period ADD CONSTRAINT billing_period_follows FOREIGN KEY (tenant_id, subscription_item_id, prev_end_at)
  REFERENCES billing_period (tenant_id, subscription_item_id, end_at);
CREATE UNIQUE INDEX invoice_once_per_boundary ON invoice (tenant_id, subscription_id, kind, schedule_no, boundary_index) WHERE invoice_status <> 'voided';
CREATE UNIQUE INDEX payment_attempt_one_open ON payment_attempt (tenant_id, invoice_id) WHERE state IN ('open', 'processing');
CREATE UNIQUE INDEX payment_link_one_active ON payment_link (tenant_id, invoice_id) WHERE revoked_at IS NULL;
CREATE UNIQUE INDEX meter_current ON meter (tenant_id, code) WHERE superseded_at IS NULL;
CREATE INDEX job_due ON job (run_at, id) WHERE state = 'pending';
CREATE INDEX job_in_hand ON job (queued_at) WHERE state IN ('queued', 'running', 'failed');
CREATE INDEX subscription_due ON subscription (next_due_at) WHERE next_due_at IS NOT NULL AND parked_at IS NULL;
CREATE INDEX billing_run_open ON billing_run (started_at) WHERE state NOT IN ('completed');
CREATE INDEX invoice_discount_by_coupon ON invoice_discount (tenant_id, customer_coupon_id) WHERE customer_coupon_id IS NOT NULL;
CREATE INDEX customer_coupon_by_customer ON customer_coupon (tenant_id, customer_id);
CREATE INDEX billing_period_by_count ON billing_period (tenant_id, counted_at NULLS FIRST) WHERE state = 'billed';
CREATE INDEX billing_period_late ON billing_period (tenant_id, subscription_item_id) WHERE late_since IS NOT NULL;
CREATE INDEX invoice_by_corrected ON invoice (tenant_id, corrects_invoice_id) WHERE corrects_invoice_id IS NOT NULL;
CREATE INDEX invoice_line_by_corrected ON invoice_line (tenant_id, corrects_line_id) WHERE corrects_line_id IS NOT NULL;
CREATE INDEX invoice_draft_due ON invoice (finalize_at) WHERE invoice_status = 'draft';
CREATE INDEX webhook_inbox_waiting ON webhook_inbox (received_at) WHERE state = 'received';
CREATE INDEX usage_event_by_time ON usage_event (tenant_id, timestamp);
CREATE INDEX usage_event_unresolved ON usage_event (tenant_id, customer_ref) WHERE unresolved IS NOT NULL;
CREATE INDEX payment_attempt_open ON payment_attempt (opened_at) WHERE state IN ('open', 'processing');
CREATE INDEX payment_attempt_retry ON payment_attempt (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
ALTER TABLE usage_hour SET (fillfactor = 70);
ALTER TABLE job SET (fillfactor = 70);

-- An issued invoice is never edited; payment columns follow from payments alone.
CREATE FUNCTION invoice_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.invoice_status = 'draft' AND NEW.invoice_status = 'finalized' AND NEW.amount_due_minor <= 0 THEN
    NEW.payment_status := 'succeeded';
    NEW.paid_at := NEW.issued_at;
  END IF;
  IF OLD.invoice_status <> 'draft' THEN
    IF ROW(NEW.customer_id, NEW.subscription_id, NEW.invoice_type, NEW.currency, NEW.kind, NEW.schedule_no, NEW.boundary_index, NEW.period_start, NEW.period_end,
           NEW.subtotal_minor, NEW.discount_total_minor, NEW.tax_total_minor, NEW.credit_total_minor, NEW.total_minor, NEW.amount_due_minor,
           NEW.number, NEW.series, NEW.issued_at, NEW.due_at, NEW.billing_sequence, NEW.settings_version, NEW.corrects_invoice_id, NEW.settlement)
       IS DISTINCT FROM
       ROW(OLD.customer_id, OLD.subscription_id, OLD.invoice_type, OLD.currency, OLD.kind, OLD.schedule_no, OLD.boundary_index, OLD.period_start, OLD.period_end,
           OLD.subtotal_minor, OLD.discount_total_minor, OLD.tax_total_minor, OLD.credit_total_minor, OLD.total_minor, OLD.amount_due_minor,
           OLD.number, OLD.series, OLD.issued_at, OLD.due_at, OLD.billing_sequence, OLD.settings_version, OLD.corrects_invoice_id, OLD.settlement) THEN
      RAISE EXCEPTION 'invoice % was issued and cannot be edited', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoice_frozen';
    END IF;
    IF NEW.invoice_status = 'draft' OR (OLD.invoice_status = 'voided' AND NEW.invoice_status <> 'voided') THEN
      RAISE EXCEPTION 'invoice % cannot go from % to %', OLD.id, OLD.invoice_status, NEW.invoice_status USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoice_transition';
    END IF;
  END IF;
  NEW.version := OLD.version + 1;
  NEW.updated_at := now();
  RETURN NEW;
END $$;
CREATE TRIGGER invoice_guard BEFORE UPDATE ON invoice FOR EACH ROW EXECUTE FUNCTION invoice_guard();

-- Issued is what a draft becomes: nothing is born with a number.
CREATE FUNCTION invoice_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.invoice_status <> 'draft' OR NEW.number IS NOT NULL OR NEW.issued_at IS NOT NULL OR NEW.amount_paid_minor <> 0 OR NEW.amount_offset_minor <> 0 THEN
    RAISE EXCEPTION 'invoice % must begin as a draft', NEW.id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoice_begins_as_draft';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoice_insert_guard BEFORE INSERT ON invoice FOR EACH ROW EXECUTE FUNCTION invoice_insert_guard();

CREATE FUNCTION invoice_delete_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.invoice_status <> 'draft' THEN
    RAISE EXCEPTION 'invoice % was issued and cannot be deleted', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoice_frozen';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER invoice_delete_guard BEFORE DELETE ON invoice FOR EACH ROW EXECUTE FUNCTION invoice_delete_guard();

-- Lines, taxes and discounts belong to a draft; once it is issued nothing is added, changed or removed.
CREATE FUNCTION invoice_part_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE frozen uuid;
BEGIN
  SELECT i.id INTO frozen FROM invoice i JOIN touched t ON t.tenant_id = i.tenant_id AND t.invoice_id = i.id WHERE i.invoice_status <> 'draft' LIMIT 1;
  IF frozen IS NOT NULL THEN
    RAISE EXCEPTION 'invoice % was issued: its % cannot change', frozen, TG_TABLE_NAME USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoice_frozen';
  END IF;
  RETURN NULL;
END $$;
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['invoice_line', 'invoice_tax', 'invoice_discount'] LOOP
    EXECUTE format('CREATE TRIGGER %I AFTER INSERT ON %I REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION invoice_part_guard()', t || '_guard_insert', t);
    EXECUTE format('CREATE TRIGGER %I AFTER UPDATE ON %I REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION invoice_part_guard()', t || '_guard_update', t);
    EXECUTE format('CREATE TRIGGER %I AFTER DELETE ON %I REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION invoice_part_guard()', t || '_guard_delete', t);
  END LOOP;
END $$;

-- A part stays with its invoice: moving it would add to an issued one past the guard above.
CREATE FUNCTION invoice_part_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.invoice_id IS DISTINCT FROM OLD.invoice_id THEN
    RAISE EXCEPTION 'a row of % cannot move from invoice % to %', TG_TABLE_NAME, OLD.invoice_id, NEW.invoice_id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoice_frozen';
  END IF;
  RETURN NEW;
END $$;
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['invoice_line', 'invoice_tax', 'invoice_discount'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OF invoice_id ON %I FOR EACH ROW EXECUTE FUNCTION invoice_part_stays()', t || '_stays', t);
  END LOOP;
END $$;

CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation', CONSTRAINT = 'append_only';
END $$;
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['invoice_document', 'ledger_transaction', 'ledger_posting', 'audit_log', 'plan_version', 'price', 'tenant_settings'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION append_only()', t || '_append_only', t);
  END LOOP;
END $$;

-- What is paid, what is offset and payment_status are a function of payments, credit notes and attempts.
CREATE FUNCTION invoice_payment_refresh(tenant uuid, target uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  UPDATE invoice i SET
    amount_paid_minor = p.paid,
    amount_offset_minor = n.noted,
    payment_status = CASE
      WHEN p.paid + n.noted >= i.amount_due_minor THEN 'succeeded'
      WHEN a.last_state = 'failed' THEN 'failed'
      ELSE 'pending' END,
    paid_at = CASE WHEN p.paid + n.noted >= i.amount_due_minor THEN coalesce(i.paid_at, greatest(p.last_at, n.last_at)) END
  FROM (SELECT coalesce(sum(amount_minor), 0)::bigint AS paid, max(received_at) AS last_at FROM payment WHERE tenant_id = tenant AND invoice_id = target) p,
       (SELECT coalesce(sum(total_minor), 0)::bigint AS noted, max(issued_at) AS last_at FROM invoice
         WHERE tenant_id = tenant AND corrects_invoice_id = target AND settlement = 'offset' AND invoice_status = 'finalized') n,
       (SELECT (SELECT state FROM payment_attempt WHERE tenant_id = tenant AND invoice_id = target ORDER BY opened_at DESC, id DESC LIMIT 1) AS last_state) a
  WHERE i.tenant_id = tenant AND i.id = target AND i.invoice_status <> 'draft';
$$;
CREATE FUNCTION invoice_payment_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM invoice_payment_refresh(NEW.tenant_id, NEW.invoice_id);
  RETURN NULL;
END $$;
CREATE TRIGGER payment_refreshes_invoice AFTER INSERT OR UPDATE ON payment FOR EACH ROW EXECUTE FUNCTION invoice_payment_changed();
CREATE TRIGGER payment_attempt_refreshes_invoice AFTER INSERT OR UPDATE ON payment_attempt FOR EACH ROW EXECUTE FUNCTION invoice_payment_changed();

-- Credit notes never take back more than was billed, of the invoice or of a line. Whoever issues one has locked the invoice.
CREATE FUNCTION credit_note_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.invoice_status = 'finalized' THEN
    IF (SELECT sum(n.total_minor) FROM invoice n WHERE n.tenant_id = NEW.tenant_id AND n.corrects_invoice_id = NEW.corrects_invoice_id AND n.invoice_status = 'finalized')
       > (SELECT i.total_minor FROM invoice i WHERE i.tenant_id = NEW.tenant_id AND i.id = NEW.corrects_invoice_id)
       OR EXISTS (SELECT 1 FROM invoice_line l JOIN invoice_line b ON b.tenant_id = l.tenant_id AND b.id = l.corrects_line_id
         WHERE l.tenant_id = NEW.tenant_id AND l.invoice_id = NEW.id AND b.amount_minor < (SELECT sum(o.amount_minor) FROM invoice_line o
           JOIN invoice n ON n.tenant_id = o.tenant_id AND n.id = o.invoice_id AND n.invoice_status = 'finalized'
           WHERE o.tenant_id = b.tenant_id AND o.corrects_line_id = b.id)) THEN
      RAISE EXCEPTION 'credit note % takes back more than was billed', NEW.number USING ERRCODE = 'restrict_violation', CONSTRAINT = 'credit_note_exceeds_invoice';
    END IF;
  END IF;
  PERFORM invoice_payment_refresh(NEW.tenant_id, NEW.corrects_invoice_id);
  RETURN NULL;
END $$;
CREATE TRIGGER credit_note_guard AFTER UPDATE OF invoice_status ON invoice FOR EACH ROW
  WHEN (NEW.invoice_type = 'credit' AND NEW.invoice_status <> OLD.invoice_status) EXECUTE FUNCTION credit_note_guard();

-- A number is given in order of time within its series: the counter only moves forward.
-- No grant is used for more than it holds. Whoever uses it has locked the grant's row; what a void invoice used is free again.
CREATE FUNCTION credit_use_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE overdrawn uuid;
BEGIN
  SELECT g.id INTO overdrawn FROM credit_grant g
   WHERE g.id IN (SELECT credit_grant_id FROM touched)
     AND g.amount_minor - g.expired_minor < (SELECT sum(u.amount_minor) FROM credit_use u JOIN invoice i ON i.tenant_id = u.tenant_id AND i.id = u.invoice_id
        WHERE u.tenant_id = g.tenant_id AND u.credit_grant_id = g.id AND i.invoice_status <> 'voided')
   LIMIT 1;
  IF overdrawn IS NOT NULL THEN
    RAISE EXCEPTION 'credit grant % holds less than what is used of it', overdrawn USING ERRCODE = 'restrict_violation', CONSTRAINT = 'credit_grant_overdrawn';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER credit_use_guard AFTER INSERT ON credit_use REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION credit_use_guard();

CREATE FUNCTION document_counter_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.last_number < OLD.last_number OR NEW.last_issued_at < OLD.last_issued_at THEN
    RAISE EXCEPTION 'series % cannot go back', OLD.series USING ERRCODE = 'restrict_violation', CONSTRAINT = 'document_counter_forward';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER document_counter_guard BEFORE UPDATE ON document_counter FOR EACH ROW EXECUTE FUNCTION document_counter_guard();

-- Test clocks go forward only.
CREATE FUNCTION tenant_clock_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.clock_now IS NOT NULL AND (NEW.clock_now IS NULL OR NEW.clock_now < OLD.clock_now) THEN
    RAISE EXCEPTION 'the clock of tenant % cannot go back', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'tenant_clock_forward';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER tenant_clock_guard BEFORE UPDATE OF clock_now ON tenant FOR EACH ROW EXECUTE FUNCTION tenant_clock_guard();

-- Roles. They hold no login: the application's login is granted both and takes one per transaction (SET LOCAL ROLE).
DO $$
DECLARE r text;
BEGIN
  FOREACH r IN ARRAY ARRAY['billwright_app', 'billwright_system'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT', r);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END LOOP;
END $$;
GRANT USAGE ON SCHEMA public TO billwright_app, billwright_system;

-- Every tenant table: row-level security, forced, closed when no tenant is set.
DO $$
DECLARE t text;
BEGIN
  FOR t IN SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables b USING (table_schema, table_name)
           WHERE c.table_schema = 'public' AND c.column_name = 'tenant_id' AND b.table_type = 'BASE TABLE' LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_only ON %I USING (tenant_id = nullif(current_setting(''billwright.tenant_id'', true), '''')::uuid)
      WITH CHECK (tenant_id = nullif(current_setting(''billwright.tenant_id'', true), '''')::uuid)', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO billwright_app', t);
  END LOOP;
  ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
  ALTER TABLE tenant FORCE ROW LEVEL SECURITY;
  CREATE POLICY tenant_only ON tenant USING (id = nullif(current_setting('billwright.tenant_id', true), '')::uuid);
  GRANT SELECT ON tenant TO billwright_app;
  GRANT UPDATE (clock_now) ON tenant TO billwright_app;

  -- What must be read before a tenant is known, and what moves work.
  FOREACH t IN ARRAY ARRAY['tenant', 'api_key', 'job', 'webhook_inbox', 'payment_link', 'subscription', 'billing_run', 'invoice', 'effect', 'provider_object',
                           'provider_account', 'payment_attempt', 'usage_event'] LOOP
    EXECUTE format('CREATE POLICY system_reads ON %I FOR SELECT TO billwright_system USING (true)', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['tenant', 'api_key', 'job', 'webhook_inbox'] LOOP
    EXECUTE format('CREATE POLICY system_writes ON %I TO billwright_system USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
GRANT SELECT ON tenant, api_key, job, webhook_inbox, payment_link, billing_run, effect, provider_object, provider_account TO billwright_system;
GRANT SELECT (tenant_id, id, status, next_due_at, parked_at, timezone) ON subscription TO billwright_system;
GRANT SELECT (tenant_id, id, invoice_status, finalize_at) ON invoice TO billwright_system;
GRANT SELECT (tenant_id, id, invoice_id, state, provider, provider_id, opened_at, next_attempt_at, polled_at) ON payment_attempt TO billwright_system;
GRANT SELECT (tenant_id, timestamp) ON usage_event TO billwright_system;
GRANT INSERT ON tenant TO billwright_system;
GRANT INSERT, UPDATE (last_used_at) ON api_key TO billwright_system;
GRANT UPDATE (state, dispatch, queued_at, run_at, lease_until, attempts, last_error, started_at, ended_at) ON job TO billwright_system;
GRANT INSERT, UPDATE (state, attempts, error, applied_at, tenant_id) ON webhook_inbox TO billwright_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON operator_session, rate_limit, schedule TO billwright_system;

-- What the application may not do.
REVOKE UPDATE, DELETE ON invoice_document, ledger_transaction, ledger_posting, audit_log, audit_chain, domain_event, tenant_settings, plan_version, price, credit_use, payment, usage_event
  FROM billwright_app;
GRANT UPDATE (customer_id, subscription_id, event_type, unresolved) ON usage_event TO billwright_app;
-- Lines may be deleted, since a draft is written anew; a trigger keeps those of issued invoices.
REVOKE DELETE ON billing_period, payment_attempt, document_counter, effect, subscription, customer, artifact FROM billwright_app;
REVOKE UPDATE, INSERT ON invoice FROM billwright_app;
DO $$
DECLARE writable text;
BEGIN
  SELECT string_agg(quote_ident(column_name), ', ') INTO writable FROM information_schema.columns
   WHERE table_schema = 'public' AND table_name = 'invoice' AND column_name NOT IN ('amount_paid_minor', 'amount_offset_minor', 'payment_status', 'paid_at');
  EXECUTE format('GRANT INSERT (%s), UPDATE (%s) ON invoice TO billwright_app', writable, writable);
END $$;
REVOKE ALL ON FUNCTION invoice_payment_refresh(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION invoice_payment_refresh(uuid, uuid) TO billwright_app;
