-- What was sent, word for word: a retry sends the same bytes. When the next try is due (system time), and every try.
ALTER TABLE webhook_delivery ADD COLUMN body TEXT;
ALTER TABLE webhook_delivery ADD COLUMN tries_before INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhook_delivery ADD COLUMN next_attempt_at TIMESTAMPTZ(3);
ALTER TABLE webhook_delivery ADD CONSTRAINT webhook_delivery_state_check CHECK (state IN ('pending', 'delivered', 'failed', 'dropped'));
CREATE INDEX webhook_delivery_next_attempt_at_idx ON webhook_delivery (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX "webhook_delivery_tenant_id_webhook_endpoint_id_id_idx" ON "webhook_delivery"("tenant_id", "webhook_endpoint_id", "id");
CREATE INDEX "domain_event_tenant_id_occurred_at_idx" ON "domain_event"("tenant_id", "occurred_at");

ALTER TABLE webhook_endpoint ADD COLUMN description TEXT;
ALTER TABLE webhook_endpoint ADD COLUMN deleted_at TIMESTAMPTZ(3);
ALTER TABLE webhook_endpoint ADD COLUMN disabled_at TIMESTAMPTZ(3);

CREATE TABLE "webhook_attempt" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "webhook_delivery_id" UUID NOT NULL,
    "attempt_no" INTEGER NOT NULL,
    "status" INTEGER,
    "error" TEXT,
    "answer" TEXT,
    "duration_ms" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhook_attempt_pkey" PRIMARY KEY ("tenant_id","id"),
    CONSTRAINT "webhook_attempt_tenant_id_webhook_delivery_id_attempt_no_key" UNIQUE ("tenant_id", "webhook_delivery_id", "attempt_no"),
    CONSTRAINT "webhook_attempt_webhook_delivery_id_fkey" FOREIGN KEY ("tenant_id", "webhook_delivery_id") REFERENCES "webhook_delivery" ("tenant_id", "id")
);
ALTER TABLE webhook_attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_attempt FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON webhook_attempt USING (tenant_id = nullif(current_setting('billwright.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = nullif(current_setting('billwright.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT ON webhook_attempt TO billwright_app;

CREATE POLICY system_reads ON webhook_delivery FOR SELECT TO billwright_system USING (true);
GRANT SELECT (tenant_id, id, attempts, state, next_attempt_at) ON webhook_delivery TO billwright_system;
