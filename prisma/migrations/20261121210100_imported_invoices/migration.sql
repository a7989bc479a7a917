-- The numbers that were imported: a new number template goes on after those that it could give.
CREATE INDEX CONCURRENTLY invoice_imported_idx ON invoice (tenant_id, number) WHERE imported_at IS NOT NULL;
