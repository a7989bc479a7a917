-- What coupons took off of invoices that were not made since nothing was left of them: it uses the coupon all the same.
SET LOCAL lock_timeout = '5s';
CREATE TABLE "skipped_discount" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "customer_coupon_id" UUID NOT NULL,
    "subscription_id" UUID NOT NULL,
    "period_at" TIMESTAMPTZ(3),
    "amount_minor" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "skipped_discount_pkey" PRIMARY KEY ("tenant_id","id"),
    CONSTRAINT "skipped_discount_customer_coupon_fkey" FOREIGN KEY ("tenant_id","customer_coupon_id") REFERENCES "customer_coupon" ("tenant_id","id"),
    CONSTRAINT "skipped_discount_subscription_fkey" FOREIGN KEY ("tenant_id","subscription_id") REFERENCES "subscription" ("tenant_id","id")
);
CREATE INDEX "skipped_discount_tenant_id_customer_coupon_id_idx" ON "skipped_discount"("tenant_id", "customer_coupon_id");
ALTER TABLE skipped_discount ENABLE ROW LEVEL SECURITY;
ALTER TABLE skipped_discount FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON skipped_discount USING (tenant_id = nullif(current_setting('billwright.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = nullif(current_setting('billwright.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT ON skipped_discount TO billwright_app;
