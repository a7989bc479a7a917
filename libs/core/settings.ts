import type { RoundingMode } from "./money/rounding.ts";

/** Of a customer or a tenant. */
export const longestPaymentTermsDays = 365;
/** How many reminders an invoice may have, and how far from its due date. */
export const mostReminders = 20;
export const farthestReminderDays = 365;
/** After how many days at most an unpaid invoice is given up by itself. */
export const longestWriteOffDays = 3_650;

/** A postal address as it is printed, in its parts. */
export type Address = {
  readonly line1?: string;
  readonly line2?: string;
  readonly city?: string;
  readonly state?: string;
  readonly postalCode?: string;
  readonly country?: string;
};

/** How a tenant bills. Versioned; each invoice freezes the version it used. */
export type Settings = {
  readonly timezone: string;
  readonly defaultCurrency: string;
  /** BCP 47, of the documents of customers that name none. */
  readonly defaultLocale: string;
  readonly invoiceNumberTemplate: string;
  readonly creditNoteNumberTemplate: string;
  readonly paymentTermsDays: number;
  /** ISO 8601 duration between a draft and its finalization; PT0S = at once. */
  readonly draftWindow: string;
  readonly zeroAmountInvoices: "finalize" | "skip";
  readonly taxRounding: "line" | "line_per_tax" | "invoice_per_tax" | "invoice";
  readonly roundingMode: RoundingMode;
  /** Null: the paper of the customer's country. */
  readonly pageSize: "A4" | "Letter" | null;
  readonly brand: {
    readonly name: string;
    readonly address: Address;
    readonly taxId: string | null;
    /** A `data:` URL. */
    readonly logo: string | null;
    readonly color: string | null;
    readonly footer: string | null;
  };
  readonly emailFrom: string | null;
  /** Days from the due date, negative before it. */
  readonly reminderSchedule: readonly number[];
  /** Days after the due date until what is unpaid is given up by itself; null: never. */
  readonly uncollectibleAfterDays: number | null;
};

/** What a tenant starts with. */
export const defaultSettings: Settings = {
  timezone: "UTC",
  defaultCurrency: "USD",
  defaultLocale: "en",
  invoiceNumberTemplate: "INV-{YYYYMM}-{SEQ:5}",
  creditNoteNumberTemplate: "CN-{YYYYMM}-{SEQ:5}",
  paymentTermsDays: 30,
  draftWindow: "PT0S",
  zeroAmountInvoices: "finalize",
  taxRounding: "line_per_tax",
  roundingMode: "half_up",
  pageSize: "A4",
  brand: { name: "", address: {}, taxId: null, logo: null, color: null, footer: null },
  emailFrom: null,
  reminderSchedule: [],
  uncollectibleAfterDays: null,
};
