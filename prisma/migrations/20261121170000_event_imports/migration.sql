-- What an import needs to go on after its worker ended: where its file lies, how it is read, and how far it came.
ALTER TABLE "event_import" ADD COLUMN "format" TEXT NOT NULL DEFAULT 'csv';
ALTER TABLE "event_import" ADD COLUMN "map" TEXT;
ALTER TABLE "event_import" ADD COLUMN "timezone" TEXT;
ALTER TABLE "event_import" ADD COLUMN "unresolved" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "event_import" ADD COLUMN "size_bytes" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "event_import" ADD COLUMN "part_count" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "event_import" ADD COLUMN "job_id" UUID;
ALTER TABLE "event_import" ADD COLUMN "error" JSONB;
ALTER TABLE "event_import" ADD COLUMN "ended_at" TIMESTAMPTZ(3);
ALTER TABLE event_import ADD CONSTRAINT event_import_state_check CHECK (state IN ('pending', 'running', 'completed', 'failed')),
  ADD CONSTRAINT event_import_format_check CHECK (format IN ('csv', 'ndjson')),
  ADD CONSTRAINT event_import_counts CHECK (least(accepted, duplicates, rejected, unresolved) >= 0 AND unresolved <= accepted
    AND accepted + duplicates + rejected = rows_read);

-- Rows that were not taken, each as one line of JSON: text, since a row may hold what jsonb cannot.
CREATE TABLE "event_import_reject" (
    "tenant_id" UUID NOT NULL,
    "event_import_id" UUID NOT NULL,
    "no" BIGINT NOT NULL,
    "content" TEXT NOT NULL,

    CONSTRAINT "event_import_reject_pkey" PRIMARY KEY ("tenant_id","event_import_id","no"),
    CONSTRAINT "event_import_reject_event_import_id_fkey" FOREIGN KEY ("tenant_id","event_import_id") REFERENCES "event_import" ("tenant_id","id")
);
ALTER TABLE event_import_reject ENABLE ROW LEVEL SECURITY;
ALTER TABLE event_import_reject FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON event_import_reject USING (tenant_id = nullif(current_setting('billwright.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = nullif(current_setting('billwright.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT ON event_import_reject TO billwright_app;
