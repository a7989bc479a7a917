-- Invoices that another engine issued: marked for good, and outside of our series, which go on after their numbers.
SET LOCAL lock_timeout = '5s';
ALTER TABLE "invoice" ADD COLUMN "imported_at" TIMESTAMPTZ(3);
GRANT UPDATE (imported_at) ON invoice TO billwright_app;
ALTER TABLE "document_counter" ADD COLUMN "imported_to" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE document_counter ADD CONSTRAINT document_counter_imported CHECK (imported_to BETWEEN 0 AND last_number) NOT VALID;

-- As before, with imported_at among what was issued.
CREATE OR REPLACE FUNCTION invoice_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.invoice_status = 'draft' AND NEW.invoice_status = 'finalized' AND NEW.amount_due_minor <= 0 THEN
    NEW.payment_status := 'succeeded';
    NEW.paid_at := NEW.issued_at;
  END IF;
  IF OLD.invoice_status <> 'draft' THEN
    IF ROW(NEW.customer_id, NEW.subscription_id, NEW.invoice_type, NEW.currency, NEW.kind, NEW.schedule_no, NEW.boundary_index, NEW.period_start, NEW.period_end,
           NEW.subtotal_minor, NEW.discount_total_minor, NEW.tax_total_minor, NEW.credit_total_minor, NEW.total_minor, NEW.amount_due_minor,
           NEW.number, NEW.series, NEW.issued_at, NEW.due_at, NEW.billing_sequence, NEW.settings_version, NEW.corrects_invoice_id, NEW.settlement, NEW.imported_at)
       IS DISTINCT FROM
       ROW(OLD.customer_id, OLD.subscription_id, OLD.invoice_type, OLD.currency, OLD.kind, OLD.schedule_no, OLD.boundary_index, OLD.period_start, OLD.period_end,
           OLD.subtotal_minor, OLD.discount_total_minor, OLD.tax_total_minor, OLD.credit_total_minor, OLD.total_minor, OLD.amount_due_minor,
           OLD.number, OLD.series, OLD.issued_at, OLD.due_at, OLD.billing_sequence, OLD.settings_version, OLD.corrects_invoice_id, OLD.settlement, OLD.imported_at) THEN
      RAISE EXCEPTION 'invoice % was issued and cannot be edited', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoice_frozen';
    END IF;
    IF NEW.invoice_status = 'draft' OR (OLD.invoice_status = 'voided' AND NEW.invoice_status <> 'voided') THEN
      RAISE EXCEPTION 'invoice % cannot go from % to %', OLD.id, OLD.invoice_status, NEW.invoice_status USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoice_transition';
    END IF;
  END IF;
  NEW.version := OLD.version + 1;
  NEW.updated_at := now();
  RETURN NEW;
END $$;
