-- How the last look at each invariant of a tenant ended: the sweep goes by it, and so do metrics.
CREATE TABLE "invariant_check" (
    "tenant_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "breaches" INTEGER NOT NULL,
    "checked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "invariant_check_pkey" PRIMARY KEY ("tenant_id","code"),
    CONSTRAINT "invariant_check_tenant_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant" ("id")
);
ALTER TABLE invariant_check ADD CHECK (breaches >= 0);
ALTER TABLE invariant_check ENABLE ROW LEVEL SECURITY;
ALTER TABLE invariant_check FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON invariant_check USING (tenant_id = nullif(current_setting('billwright.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = nullif(current_setting('billwright.tenant_id', true), '')::uuid);
CREATE POLICY system_reads ON invariant_check FOR SELECT TO billwright_system USING (true);
GRANT SELECT, INSERT, UPDATE ON invariant_check TO billwright_app;
GRANT SELECT ON invariant_check TO billwright_system;

-- The numbers of a series are counted without a pass over every invoice.
CREATE INDEX invoice_by_series ON invoice (tenant_id, series, number) WHERE series IS NOT NULL;
