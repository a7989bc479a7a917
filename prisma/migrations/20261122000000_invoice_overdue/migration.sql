-- When an unpaid invoice was said to be overdue: said once. The scheduler's role finds the tenants that have some to say.
SET LOCAL lock_timeout = '5s';
ALTER TABLE invoice ADD COLUMN overdue_at TIMESTAMPTZ(3);
GRANT UPDATE (overdue_at) ON invoice TO billwright_app;
GRANT SELECT (due_at, payment_status, uncollectible_at, overdue_at, amount_due_minor, amount_offset_minor) ON invoice TO billwright_system;
