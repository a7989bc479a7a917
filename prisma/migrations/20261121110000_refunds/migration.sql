-- A payment holds all the money that came; what its invoice did not ask for became the customer's credit.
ALTER TABLE "payment" ADD COLUMN "overpaid_minor" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payment ADD CONSTRAINT payment_overpaid_part CHECK (overpaid_minor BETWEEN 0 AND amount_minor);

-- Credit that came of an overpayment, and what was given back of it.
ALTER TABLE "credit_grant" ADD COLUMN "source_payment_id" UUID;
ALTER TABLE "credit_grant" ADD COLUMN "refunded_minor" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE credit_grant ADD CONSTRAINT credit_grant_source_payment_id_fkey FOREIGN KEY (tenant_id, source_payment_id) REFERENCES payment (tenant_id, id),
  ADD CONSTRAINT credit_grant_refunded_part CHECK (refunded_minor >= 0 AND refunded_minor + expired_minor <= amount_minor);
CREATE INDEX credit_grant_by_payment ON credit_grant (tenant_id, source_payment_id) WHERE source_payment_id IS NOT NULL;

-- Money that goes back. Parts of the amount: what credit notes owed, what was still the customer's credit, what the invoice is
-- left to pay again; the rest had been used already and is a loss.
ALTER TABLE "refund" ADD COLUMN "provider" TEXT NOT NULL DEFAULT 'manual';
ALTER TABLE "refund" ADD COLUMN "note_minor" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "refund" ADD COLUMN "credit_minor" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "refund" ADD COLUMN "reopened_minor" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "refund" ADD COLUMN "credit_note_id" UUID;
ALTER TABLE "refund" ADD COLUMN "failure_code" TEXT;
ALTER TABLE "refund" ADD COLUMN "failure_message" TEXT;
ALTER TABLE "refund" ADD COLUMN "paid_out_at" TIMESTAMPTZ(3);
ALTER TABLE "refund" ADD COLUMN "failed_at" TIMESTAMPTZ(3);
CREATE UNIQUE INDEX "refund_tenant_id_provider_provider_id_key" ON "refund"("tenant_id", "provider", "provider_id");
CREATE INDEX "refund_tenant_id_payment_id_idx" ON "refund"("tenant_id", "payment_id");
CREATE INDEX "payment_tenant_id_payment_attempt_id_idx" ON "payment"("tenant_id", "payment_attempt_id");
CREATE INDEX "payment_tenant_id_customer_id_idx" ON "payment"("tenant_id", "customer_id");
ALTER TABLE refund ADD CONSTRAINT refund_credit_note_id_fkey FOREIGN KEY (tenant_id, credit_note_id) REFERENCES invoice (tenant_id, id),
  ADD CHECK (state IN ('pending', 'processing', 'succeeded', 'failed')), ADD CHECK (amount_minor > 0),
  ADD CONSTRAINT refund_parts CHECK (least(note_minor, credit_minor, reopened_minor) >= 0 AND note_minor + credit_minor + reopened_minor <= amount_minor);
REVOKE DELETE ON refund FROM billwright_app;

-- Never more goes back than came. Whoever writes a refund has locked the invoice of its payment.
CREATE FUNCTION refund_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT sum(r.amount_minor) FROM refund r WHERE r.tenant_id = NEW.tenant_id AND r.payment_id = NEW.payment_id AND r.state <> 'failed')
     > (SELECT p.amount_minor FROM payment p WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.payment_id) THEN
    RAISE EXCEPTION 'refund % gives back more than payment % brought', NEW.id, NEW.payment_id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refund_exceeds_payment';
  END IF;
  PERFORM invoice_payment_refresh(NEW.tenant_id, (SELECT p.invoice_id FROM payment p WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.payment_id));
  RETURN NULL;
END $$;
CREATE TRIGGER refund_guard AFTER INSERT OR UPDATE ON refund FOR EACH ROW EXECUTE FUNCTION refund_guard();

-- What is paid is what payments brought for the invoice, less what refunds took off it again.
CREATE OR REPLACE FUNCTION invoice_payment_refresh(tenant uuid, target uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  UPDATE invoice i SET
    amount_paid_minor = p.paid - r.reopened,
    amount_offset_minor = n.noted,
    payment_status = CASE
      WHEN p.paid - r.reopened + n.noted >= i.amount_due_minor THEN 'succeeded'
      WHEN a.last_state = 'failed' THEN 'failed'
      ELSE 'pending' END,
    paid_at = CASE WHEN p.paid - r.reopened + n.noted >= i.amount_due_minor THEN coalesce(i.paid_at, greatest(p.last_at, n.last_at)) END
  FROM (SELECT coalesce(sum(amount_minor - overpaid_minor), 0)::bigint AS paid, max(received_at) AS last_at FROM payment WHERE tenant_id = tenant AND invoice_id = target) p,
       (SELECT coalesce(sum(f.reopened_minor), 0)::bigint AS reopened FROM refund f JOIN payment o ON o.tenant_id = f.tenant_id AND o.id = f.payment_id
         WHERE f.tenant_id = tenant AND o.invoice_id = target AND f.state IN ('processing', 'succeeded')) r,
       (SELECT coalesce(sum(total_minor), 0)::bigint AS noted, max(issued_at) AS last_at FROM invoice
         WHERE tenant_id = tenant AND corrects_invoice_id = target AND settlement = 'offset' AND invoice_status = 'finalized') n,
       (SELECT (SELECT state FROM payment_attempt WHERE tenant_id = tenant AND invoice_id = target ORDER BY opened_at DESC, id DESC LIMIT 1) AS last_state) a
  WHERE i.tenant_id = tenant AND i.id = target AND i.invoice_status <> 'draft';
$$;

-- What was given back of a grant can no longer be used.
CREATE OR REPLACE FUNCTION credit_use_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE overdrawn uuid;
BEGIN
  SELECT g.id INTO overdrawn FROM credit_grant g
   WHERE g.id IN (SELECT credit_grant_id FROM touched)
     AND g.amount_minor - g.expired_minor - g.refunded_minor < (SELECT sum(u.amount_minor) FROM credit_use u JOIN invoice i ON i.tenant_id = u.tenant_id AND i.id = u.invoice_id
        WHERE u.tenant_id = g.tenant_id AND u.credit_grant_id = g.id AND i.invoice_status <> 'voided')
   LIMIT 1;
  IF overdrawn IS NOT NULL THEN
    RAISE EXCEPTION 'credit grant % holds less than what is used of it', overdrawn USING ERRCODE = 'restrict_violation', CONSTRAINT = 'credit_grant_overdrawn';
  END IF;
  RETURN NULL;
END $$;
