-- Customers with a schedule of their own: few of all.
CREATE INDEX CONCURRENTLY customer_schedule_next_run_at_idx ON customer (schedule_next_run_at) WHERE schedule_next_run_at IS NOT NULL;
