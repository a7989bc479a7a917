-- A process that starts asks which keys secrets are sealed with, before it knows a tenant. What it reads is sealed.
SET LOCAL lock_timeout = '5s';
CREATE POLICY system_reads ON webhook_endpoint FOR SELECT TO billwright_system USING (true);
GRANT SELECT (tenant_id, id, secret) ON webhook_endpoint TO billwright_system;
