-- What reminders look through: few of all invoices are unpaid.
CREATE INDEX CONCURRENTLY invoice_unpaid_due_at_idx ON invoice (tenant_id, due_at)
  WHERE invoice_status = 'finalized' AND payment_status <> 'succeeded' AND uncollectible_at IS NULL;
