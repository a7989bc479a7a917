-- Coupons count periods of a subscription: all invoices of one period are one use.
ALTER TABLE "invoice_discount" ADD COLUMN "period_at" TIMESTAMPTZ(3);
