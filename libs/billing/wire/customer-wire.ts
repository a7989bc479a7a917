import { longestPaymentTermsDays } from "#libs/core/settings.ts";
import { z } from "zod";
import type { CustomerInput, NewCustomer } from "#libs/billing/catalog/create-customer.ts";
import { defined } from "#libs/core/defined.ts";
import { parseRef } from "#libs/core/object-ref.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { CustomerRow } from "#libs/data/customers.ts";
import { addressToWire, addressWire, parseAddress } from "./address-wire.ts";
import { scheduleBody } from "./schedule-wire.ts";
import {
  currencyCode,
  metadata,
  nullableTimestamp,
  text,
  timestampToWire,
  timezoneName,
  version,
  wholeNumber,
} from "./wire-values.ts";

const fields = {
  external_id: text(255).nullable().optional(),
  email: z.email().max(254).nullable().optional(),
  status: z.enum(["active", "inactive"]).optional(),
  currency: currencyCode.nullable().optional(),
  timezone: timezoneName.nullable().optional(),
  locale: text(35).nullable().optional(),
  billing_address: addressWire.optional(),
  tax_ids: z.array(text(50)).max(20).optional(),
  tax_rate_ids: z.array(text(100)).max(20).optional().meta({ description: "ids or codes, in order" }),
  tax_status: z.enum(["taxable", "exempt", "reverse_charge"]).optional(),
  invoice_number_prefix: text(20).nullable().optional(),
  payment_terms_days: wholeNumber(0, longestPaymentTermsDays).nullable().optional(),
  reminders_paused: z
    .boolean()
    .optional()
    .describe(
      "No reminders of unpaid invoices, whatever reminder_schedule says; nor are they given up by uncollectible_after_days",
    ),
  schedule: scheduleBody
    .nullable()
    .optional()
    .describe(
      "When the run of the month before starts for this customer alone; the tenant's own scheduled runs leave it out while this is enabled. What falls due is billed within a minute all the same. Null: with the tenant's",
    ),
  metadata: metadata.optional(),
};

/** `POST /v1/customers`. */
export const createCustomerBody = z.strictObject({ name: text(500), ...fields });
/** `PATCH /v1/customers/{id}`: what is left out stays; null takes a value away. */
export const updateCustomerBody = z.strictObject({ name: text(500).optional(), ...fields });

export const customerWire = z.strictObject({
  id: z.string(),
  external_id: z.string().nullable(),
  name: z.string(),
  email: z.string().nullable(),
  status: z.enum(["active", "inactive"]),
  currency: z.string().nullable(),
  timezone: z.string().nullable(),
  locale: z.string().nullable(),
  billing_address: addressWire,
  tax_ids: z.array(z.string()),
  tax_rate_ids: z.array(z.string()),
  tax_status: z.enum(["taxable", "exempt", "reverse_charge"]),
  invoice_number_prefix: z.string().nullable(),
  payment_terms_days: z.int().nullable(),
  reminders_paused: z.boolean(),
  schedule: z
    .strictObject({
      cron: z.string(),
      timezone: z.string(),
      enabled: z.boolean(),
      last_run_at: z.string().nullable(),
      next_run_at: z.string().nullable().describe("null while it is disabled"),
    })
    .nullable(),
  metadata,
  version,
  created_at: z.string(),
  updated_at: z.string(),
});

export function parseCustomer(body: z.infer<typeof createCustomerBody>): NewCustomer {
  return { ...parseCustomerChange(body), name: body.name };
}

export function parseCustomerChange(
  body: z.infer<typeof updateCustomerBody>,
): CustomerInput & { readonly name?: string } {
  return defined({
    name: body.name,
    externalId: body.external_id,
    email: body.email,
    status: body.status,
    currency: body.currency,
    timezone: body.timezone,
    locale: body.locale,
    billingAddress: body.billing_address && parseAddress(body.billing_address),
    taxIds: body.tax_ids,
    taxRates: body.tax_rate_ids?.map((ref) => parseRef("tax_rate", ref)),
    taxStatus: body.tax_status,
    invoiceNumberPrefix: body.invoice_number_prefix,
    paymentTermsDays: body.payment_terms_days,
    remindersPaused: body.reminders_paused,
    schedule: body.schedule,
    metadata: body.metadata,
  });
}

export function customerToWire(row: CustomerRow): z.infer<typeof customerWire> {
  return {
    id: publicId("customer", row.id),
    external_id: row.external_id,
    name: row.name,
    email: row.email,
    status: row.status,
    currency: row.currency,
    timezone: row.timezone,
    locale: row.locale,
    billing_address: addressToWire(row.billing_address),
    tax_ids: [...row.tax_ids],
    tax_rate_ids: row.tax_rate_ids.map((id) => publicId("tax_rate", id)),
    tax_status: row.tax_status,
    invoice_number_prefix: row.invoice_number_prefix,
    payment_terms_days: row.payment_terms_days,
    reminders_paused: row.reminders_paused,
    schedule: row.schedule && {
      ...row.schedule,
      last_run_at: nullableTimestamp(row.schedule_last_run_at),
      next_run_at: nullableTimestamp(row.schedule_next_run_at),
    },
    metadata: { ...row.metadata },
    version: row.version,
    created_at: timestampToWire(row.created_at),
    updated_at: timestampToWire(row.updated_at),
  };
}
