-- What a bank says of a payment that its customer does not accept, in Stripe's words.
ALTER TABLE "dispute" ADD COLUMN "provider" TEXT NOT NULL DEFAULT 'stripe';
ALTER TABLE "dispute" ADD COLUMN "reason" TEXT;
ALTER TABLE "dispute" ADD COLUMN "evidence_due_at" TIMESTAMPTZ(3);
ALTER TABLE "dispute" ADD COLUMN "closed_at" TIMESTAMPTZ(3);
ALTER TABLE dispute ADD CHECK (state IN ('warning_needs_response', 'warning_under_review', 'warning_closed', 'prevented', 'needs_response', 'under_review', 'won', 'lost')),
  ADD CHECK (amount_minor > 0);
CREATE INDEX "dispute_tenant_id_payment_id_idx" ON "dispute"("tenant_id", "payment_id");
REVOKE DELETE ON dispute FROM billwright_app;
