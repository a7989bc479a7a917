SET LOCAL lock_timeout = '5s';

-- Both functions have their owner's rights, whom row-level security may not hold: they take rows of the transaction's own tenant alone, and
-- none younger than 30 days, whatever is asked. All else is as it was.
CREATE OR REPLACE FUNCTION effect_forget(tenant uuid, before timestamptz, most int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE gone int; oldest_kept timestamptz := least(before, now() - interval '30 days');
BEGIN
  IF tenant IS DISTINCT FROM nullif(current_setting('billwright.tenant_id', true), '')::uuid THEN RETURN 0; END IF;
  -- Looked at again under its lock: one that failed may be taken up meanwhile.
  DELETE FROM effect WHERE tenant_id = tenant AND state IN ('succeeded', 'failed') AND updated_at < oldest_kept AND id IN (
    SELECT e.id FROM effect e
    WHERE e.tenant_id = tenant AND e.state IN ('succeeded', 'failed') AND e.updated_at < oldest_kept
      AND e.kind IN ('stripe.invoice_create', 'stripe.invoice_lines', 'stripe.invoice_finalize', 'stripe.invoice_void',
                     'stripe.invoice_pay_out_of_band', 'stripe.payment_intent', 'stripe.refund', 'storage.put_pdf')
      AND CASE e.kind
        WHEN 'stripe.payment_intent' THEN EXISTS (SELECT FROM payment_attempt a
          WHERE a.tenant_id = tenant AND a.id = e.business_key::uuid AND a.state NOT IN ('open', 'processing'))
        WHEN 'stripe.refund' THEN EXISTS (SELECT FROM refund r WHERE r.tenant_id = tenant AND r.id = e.business_key::uuid AND r.state IN ('succeeded', 'failed'))
        WHEN 'storage.put_pdf' THEN EXISTS (SELECT FROM artifact f WHERE f.tenant_id = tenant AND f.invoice_id = e.business_key::uuid AND f.stored_at IS NOT NULL)
        WHEN 'stripe.invoice_void' THEN EXISTS (SELECT FROM invoice i WHERE i.tenant_id = tenant AND i.id = e.business_key::uuid AND i.invoice_status = 'voided')
        ELSE EXISTS (SELECT FROM provider_object o
          WHERE o.tenant_id = tenant AND o.provider = 'stripe' AND o.kind = 'invoice' AND o.local_id = e.business_key::uuid)
      END
    ORDER BY e.updated_at LIMIT most);
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;

-- Below an id: ids are made in the order of time.
CREATE OR REPLACE FUNCTION webhook_delivery_forget(tenant uuid, below uuid, most int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE ended uuid[]; gone int;
BEGIN
  IF tenant IS DISTINCT FROM nullif(current_setting('billwright.tenant_id', true), '')::uuid THEN RETURN 0; END IF;
  SELECT array_agg(id) INTO ended FROM (
    SELECT d.id FROM webhook_delivery d
    WHERE d.tenant_id = tenant AND d.id < below AND d.created_at < now() - interval '30 days' AND d.state IN ('delivered', 'failed', 'dropped') AND d.next_attempt_at IS NULL
    ORDER BY d.id LIMIT most FOR UPDATE SKIP LOCKED) d;
  DELETE FROM webhook_attempt WHERE tenant_id = tenant AND webhook_delivery_id = ANY (ended);
  DELETE FROM webhook_delivery WHERE tenant_id = tenant AND id = ANY (ended);
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;
