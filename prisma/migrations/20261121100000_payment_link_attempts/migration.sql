-- Which link a payer opened the attempt through; null: it charges a saved method.
ALTER TABLE "payment_attempt" ADD COLUMN "payment_link_id" UUID;
ALTER TABLE payment_attempt ADD CONSTRAINT payment_attempt_payment_link_id_fkey FOREIGN KEY (tenant_id, payment_link_id) REFERENCES payment_link (tenant_id, id);
GRANT SELECT (payment_link_id) ON payment_attempt TO billwright_system;
