import { z } from "zod";
import { defined } from "#libs/core/defined.ts";
import type { Address } from "#libs/core/settings.ts";
import { text } from "./wire-values.ts";

export const addressWire = z.strictObject({
  line1: text(200).optional(),
  line2: text(200).optional(),
  city: text(100).optional(),
  state: text(100).optional(),
  postal_code: text(20).optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, { error: 'must be an ISO 3166 code of two capitals, such as "DE"' })
    .optional(),
});

export function parseAddress({ postal_code, ...rest }: z.infer<typeof addressWire>): Address {
  return defined({ ...rest, postalCode: postal_code });
}

export function addressToWire({ postalCode, ...rest }: Address): z.infer<typeof addressWire> {
  return defined({ ...rest, postal_code: postalCode });
}
