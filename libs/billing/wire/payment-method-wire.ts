import { z } from "zod";
import type { NewPaymentMethod } from "#libs/billing/catalog/add-payment-method.ts";
import { defined } from "#libs/core/defined.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { PaymentMethodRow } from "#libs/data/payment-methods.ts";
import { text, timestampToWire } from "./wire-values.ts";

/** `POST /v1/customers/{id}/payment_methods`. */
export const createPaymentMethodBody = z.strictObject({
  type: text(50).meta({ description: "The provider's word: card, sepa_debit, ..." }),
  provider: z.enum(["stripe"]).optional(),
  provider_id: text(255),
  is_default: z.boolean().optional(),
});

export const paymentMethodWire = z.strictObject({
  id: z.string(),
  customer: z.string(),
  type: z.string(),
  provider: z.string(),
  provider_id: z.string(),
  is_default: z.boolean(),
  created_at: z.string(),
});

export function parsePaymentMethod(
  body: z.infer<typeof createPaymentMethodBody>,
): Omit<NewPaymentMethod, "customer"> {
  return defined({
    type: body.type,
    provider: body.provider,
    providerId: body.provider_id,
    isDefault: body.is_default,
  });
}

export function paymentMethodToWire(row: PaymentMethodRow): z.infer<typeof paymentMethodWire> {
  return {
    id: publicId("payment_method", row.id),
    customer: publicId("customer", row.customer_id),
    type: row.type,
    provider: row.provider,
    provider_id: row.provider_id,
    is_default: row.is_default,
    created_at: timestampToWire(row.created_at),
  };
}
