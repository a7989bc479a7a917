-- When a tenant's runs start, where that differs from the installation's own crons. System time.
CREATE TABLE "tenant_schedule" (
    "tenant_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "cron" TEXT NOT NULL,
    "timezone" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "last_run_at" TIMESTAMPTZ(3),
    "next_run_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tenant_schedule_pkey" PRIMARY KEY ("tenant_id","name"),
    CONSTRAINT "tenant_schedule_name_check" CHECK (name IN ('billing.month', 'billing.legacy')),
    CONSTRAINT "tenant_schedule_next_check" CHECK (enabled = (next_run_at IS NOT NULL)),
    CONSTRAINT "tenant_schedule_tenant_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant" ("id")
);
CREATE INDEX "tenant_schedule_next_run_at_idx" ON "tenant_schedule"("next_run_at") WHERE next_run_at IS NOT NULL;

ALTER TABLE tenant_schedule ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant_schedule FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON tenant_schedule USING (tenant_id = nullif(current_setting('billwright.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = nullif(current_setting('billwright.tenant_id', true), '')::uuid);
CREATE POLICY system_reads ON tenant_schedule FOR SELECT TO billwright_system USING (true);
GRANT SELECT, INSERT, UPDATE ON tenant_schedule TO billwright_app;
GRANT SELECT ON tenant_schedule TO billwright_system;
