import {
  farthestReminderDays,
  longestPaymentTermsDays,
  longestWriteOffDays,
  mostReminders,
} from "#libs/core/settings.ts";
import { z } from "zod";
import type { SettingsChange } from "#libs/billing/catalog/update-settings.ts";
import { defined } from "#libs/core/defined.ts";
import type { VersionedSettings } from "#libs/data/tenant-settings.ts";
import { addressToWire, addressWire, parseAddress } from "./address-wire.ts";
import { currencyCode, longText, text, timezoneName, version, wholeNumber } from "./wire-values.ts";

const words = {
  zero_amount_invoices: z.enum(["finalize", "skip"]).meta({
    description:
      "skip: an invoice of zero is not made. Its periods are billed, and coupons are used for them, all the same",
  }),
  tax_rounding: z.enum(["line", "line_per_tax", "invoice_per_tax", "invoice"]),
  rounding_mode: z.enum(["half_up", "half_even"]),
  page_size: z
    .enum(["A4", "Letter"])
    .nullable()
    .meta({ description: "null: the paper of the customer's country" }),
};
const brand = {
  name: longText(200),
  address: addressWire,
  tax_id: text(50).nullable(),
  logo: z.string().max(700_000).nullable().meta({ description: "data: URL of a PNG, JPEG or SVG" }),
  color: text(7).nullable(),
  footer: longText(1_000).nullable(),
};
const fields = {
  timezone: timezoneName,
  default_currency: currencyCode,
  default_locale: text(35).meta({
    description: "BCP 47; for customers without a locale",
    examples: ["de-DE"],
  }),
  invoice_number_template: text(60),
  credit_note_number_template: text(60),
  payment_terms_days: wholeNumber(0, longestPaymentTermsDays),
  draft_window: text(40).meta({ description: "ISO 8601 duration", examples: ["PT1H"] }),
  ...words,
  email_from: z.email().max(254).nullable(),
  reminder_schedule: z
    .array(wholeNumber(-farthestReminderDays, farthestReminderDays))
    .meta({ description: "Days from the due date, negative before it", maxItems: mostReminders }),
  uncollectible_after_days: wholeNumber(1, longestWriteOffDays).nullable().meta({
    description:
      "So many days after its due date, or after a refund or a voided credit note left more of it to pay again, an unpaid invoice is marked uncollectible by itself, by the hour: 1 to 3650; null: never. Not while a payment is on its way or is tried again, nor for customers with reminders_paused, nor imported invoices",
  }),
};

/** `PATCH /v1/settings`: what is left out stays, within `brand` too. */
export const updateSettingsBody = z
  .strictObject({ ...fields, brand: z.strictObject(brand).partial() })
  .partial();

/** `version` counts the saves; 0 is what a tenant starts with. */
export const settingsWire = z.strictObject({ ...fields, brand: z.strictObject(brand), version });

export function parseSettings(body: z.infer<typeof updateSettingsBody>): SettingsChange {
  return defined({
    timezone: body.timezone,
    defaultCurrency: body.default_currency,
    defaultLocale: body.default_locale,
    invoiceNumberTemplate: body.invoice_number_template,
    creditNoteNumberTemplate: body.credit_note_number_template,
    paymentTermsDays: body.payment_terms_days,
    draftWindow: body.draft_window,
    zeroAmountInvoices: body.zero_amount_invoices,
    taxRounding: body.tax_rounding,
    roundingMode: body.rounding_mode,
    pageSize: body.page_size,
    emailFrom: body.email_from,
    reminderSchedule: body.reminder_schedule,
    uncollectibleAfterDays: body.uncollectible_after_days,
    brand: body.brand && parseBrand(body.brand),
  });
}

function parseBrand({ tax_id, address, ...rest }: NonNullable<z.infer<typeof updateSettingsBody>["brand"]>) {
  return defined({ ...rest, address: address && parseAddress(address), taxId: tax_id });
}

export function settingsToWire(row: VersionedSettings): z.infer<typeof settingsWire> {
  const { settings } = row;
  const { taxId, address, ...rest } = settings.brand;
  return {
    timezone: settings.timezone,
    default_currency: settings.defaultCurrency,
    default_locale: settings.defaultLocale,
    invoice_number_template: settings.invoiceNumberTemplate,
    credit_note_number_template: settings.creditNoteNumberTemplate,
    payment_terms_days: settings.paymentTermsDays,
    draft_window: settings.draftWindow,
    zero_amount_invoices: settings.zeroAmountInvoices,
    tax_rounding: settings.taxRounding,
    rounding_mode: settings.roundingMode,
    page_size: settings.pageSize,
    brand: { ...rest, address: addressToWire(address), tax_id: taxId },
    email_from: settings.emailFrom,
    reminder_schedule: [...settings.reminderSchedule],
    uncollectible_after_days: settings.uncollectibleAfterDays,
    version: row.version,
  };
}
