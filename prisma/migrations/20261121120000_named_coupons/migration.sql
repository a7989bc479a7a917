-- The coupon that was named for a manual invoice: its discount uses no holding of the customer's.
ALTER TABLE "invoice_discount" ADD COLUMN "coupon_id" UUID;
ALTER TABLE invoice_discount ADD CONSTRAINT invoice_discount_coupon_id_fkey FOREIGN KEY (tenant_id, coupon_id) REFERENCES coupon (tenant_id, id);
