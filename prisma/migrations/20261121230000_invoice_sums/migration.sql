SET LOCAL lock_timeout = '5s';

-- The metrics sum invoices over all tenants, by state and currency: three figures of a row, and nothing that says whose they are.
GRANT SELECT (currency, total_minor, amount_paid_minor) ON invoice TO billwright_system;
