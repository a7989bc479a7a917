-- The customer's tax status when an invoice was taxed: what it prints about its taxes follows it, whatever the status is when it is issued.
ALTER TABLE "invoice" ADD COLUMN "tax_status" TEXT;
ALTER TABLE invoice ADD CONSTRAINT invoice_tax_status_check CHECK (tax_status IN ('taxable', 'exempt', 'reverse_charge'));
GRANT INSERT (tax_status), UPDATE (tax_status) ON invoice TO billwright_app;

-- It is frozen with the amounts.
CREATE FUNCTION invoice_tax_status_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'invoice % was issued and cannot be edited', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoice_frozen';
END $$;
CREATE TRIGGER invoice_tax_status_guard BEFORE UPDATE OF tax_status ON invoice FOR EACH ROW
  WHEN (OLD.invoice_status <> 'draft' AND NEW.tax_status IS DISTINCT FROM OLD.tax_status) EXECUTE FUNCTION invoice_tax_status_guard();
