SET LOCAL lock_timeout = '5s';

-- Credit notes count against what was invoiced, and what was imported belongs to other books: the sums of the metrics tell them apart.
GRANT SELECT (invoice_type, imported_at) ON invoice TO billwright_system;
