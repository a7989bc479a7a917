-- What may be forgotten, oldest first; the kinds are those of effect_forget.
CREATE INDEX CONCURRENTLY effect_over ON effect (tenant_id, updated_at)
  WHERE state IN ('succeeded', 'failed') AND kind IN ('stripe.invoice_create', 'stripe.invoice_lines', 'stripe.invoice_finalize', 'stripe.invoice_void',
    'stripe.invoice_pay_out_of_band', 'stripe.payment_intent', 'stripe.refund', 'storage.put_pdf');
