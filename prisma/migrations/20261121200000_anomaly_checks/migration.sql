-- How many findings the last look at each kind of anomaly had: metrics go by it.
SET LOCAL lock_timeout = '5s';
CREATE TABLE "anomaly_check" (
    "tenant_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "findings" INTEGER NOT NULL,
    "checked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "anomaly_check_pkey" PRIMARY KEY ("tenant_id","kind"),
    CONSTRAINT "anomaly_check_tenant_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant" ("id")
);
ALTER TABLE anomaly_check ADD CHECK (findings >= 0);
ALTER TABLE anomaly_check ENABLE ROW LEVEL SECURITY;
ALTER TABLE anomaly_check FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON anomaly_check USING (tenant_id = nullif(current_setting('billwright.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = nullif(current_setting('billwright.tenant_id', true), '')::uuid);
CREATE POLICY system_reads ON anomaly_check FOR SELECT TO billwright_system USING (true);
GRANT SELECT, INSERT, UPDATE ON anomaly_check TO billwright_app;
GRANT SELECT ON anomaly_check TO billwright_system;
