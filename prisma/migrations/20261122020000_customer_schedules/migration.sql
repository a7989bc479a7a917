SET LOCAL lock_timeout = '5s';

-- When the run of a customer's own schedule started last and starts next. System time; next: null while there is none, or it is switched off.
ALTER TABLE customer ADD COLUMN schedule_last_run_at TIMESTAMPTZ(3);
ALTER TABLE customer ADD COLUMN schedule_next_run_at TIMESTAMPTZ(3);
ALTER TABLE customer ADD CONSTRAINT customer_schedule_next_check
  CHECK ((schedule_next_run_at IS NOT NULL) = coalesce(schedule -> 'enabled' = 'true', false)) NOT VALID;

-- A run that a schedule of the tenant started: customers with a schedule of their own are left to that.
ALTER TABLE billing_run ADD COLUMN leaves_scheduled BOOLEAN NOT NULL DEFAULT false;

CREATE POLICY system_reads ON customer FOR SELECT TO billwright_system USING (true);
GRANT SELECT (tenant_id, id, status, schedule_next_run_at) ON customer TO billwright_system;
