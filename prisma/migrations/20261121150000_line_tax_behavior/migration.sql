-- How the taxes of a line stand to its amount, as its price said; null: as each tax rate says.
ALTER TABLE "invoice_line" ADD COLUMN "tax_behavior" TEXT;
ALTER TABLE invoice_line ADD CONSTRAINT invoice_line_tax_behavior_check CHECK (tax_behavior IN ('inclusive', 'exclusive'));
