-- What may be forgotten, oldest first.
CREATE INDEX CONCURRENTLY api_idempotency_age ON api_idempotency (tenant_id, created_at);
