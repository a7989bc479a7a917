-- Unpaid invoices that nobody was told to be overdue: few of all, and most of them are not due yet.
CREATE INDEX CONCURRENTLY invoice_not_said_overdue_idx ON invoice (due_at)
  WHERE invoice_status = 'finalized' AND payment_status <> 'succeeded' AND uncollectible_at IS NULL AND overdue_at IS NULL;
