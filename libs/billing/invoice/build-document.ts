import type {
  DocumentLine,
  DocumentStep,
  InvoiceDocument,
  LineKind,
} from "#libs/core/invoice/invoice-document.ts";
import { taxNotices } from "#libs/core/invoice/tax-notices.ts";
import { printedLocale } from "#libs/core/locale.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { publicId } from "#libs/core/public-id.ts";
import { paperOfCountry, printedAddress } from "#libs/core/invoice/printed-address.ts";
import { templateInLocale } from "#libs/core/invoice/document-template.ts";
import type { DraftInvoiceRow, DraftLineRow } from "#libs/data/invoice-finalization.ts";
import type { VersionedSettings } from "#libs/data/tenant-settings.ts";
import type { VersionedTemplate } from "#libs/data/templates.ts";

/** Changes whenever the default template would print the same data differently. */
const templateVersion = "invoice-2";

/** The time zone rules that the boundaries were computed with. */
const tzdataVersion = process.versions["tz"] ?? "unknown";

/** A document but for what finalization gives it: number, issue and due instant. */
export type UnissuedDocument = Omit<InvoiceDocument, "number" | "issuedAt" | "dueAt">;

/** What an invoice will say for ever, from the rows of its draft and the settings of that moment. */
export function buildDocument(
  draft: DraftInvoiceRow,
  { settings, version: settingsVersion }: VersionedSettings,
  template: VersionedTemplate,
): UnissuedDocument {
  const { customer, currency } = draft;
  const locale = customer.locale ?? settings.defaultLocale;
  const amount = (minor: bigint | string) => formatMoney({ minor: BigInt(minor), currency });
  return {
    schema: 1,
    invoiceId: publicId("invoice", draft.id),
    invoiceType: draft.invoice_type,
    corrects: draft.corrects === null ? null : { number: draft.corrects.number, reason: draft.description },
    description: descriptionOf(draft),
    currency,
    timezone: draft.timezone ?? customer.timezone ?? settings.timezone,
    locale,
    periodStart: isoOf(draft.period_start),
    periodEnd: isoOf(draft.period_end),
    seller: {
      name: settings.brand.name,
      address: printedAddress(settings.brand.address, printedLocale(locale)),
      taxId: settings.brand.taxId,
      logo: settings.brand.logo,
      color: settings.brand.color,
      footer: settings.brand.footer,
      email: settings.emailFrom,
    },
    customer: {
      id: publicId("customer", draft.customer_id),
      externalId: customer.external_id,
      name: customer.name,
      email: customer.email,
      address: printedAddress(customer.billing_address, printedLocale(locale)),
      taxIds: customer.tax_ids.map((id) => (typeof id === "string" ? id : JSON.stringify(id))),
      taxStatus: customer.tax_status,
    },
    lines: draft.lines.map((line) => documentLine(line, amount)),
    taxes: draft.taxes.map((tax) => ({
      name: tax.name,
      percentage: tax.percentage,
      inclusive: tax.inclusive,
      taxableAmount: amount(tax.taxable_minor),
      amount: amount(tax.amount_minor),
    })),
    discounts: draft.discounts.map(({ name, amount_minor }) => ({ name, amount: amount(amount_minor) })),
    subtotal: amount(draft.subtotal_minor),
    discountTotal: amount(draft.discount_total_minor),
    taxTotal: amount(draft.tax_total_minor),
    total: amount(draft.total_minor),
    creditTotal: amount(draft.credit_total_minor),
    amountDue: amount(draft.amount_due_minor),
    notices: taxNotices(customer.tax_status, locale),
    pageSize: settings.pageSize ?? paperOfCountry(customer.billing_address.country),
    settingsVersion,
    templateVersion,
    ...(template.version === 0 ? {} : { template: templateInLocale(template, locale) }),
    tzdataVersion,
  };
}

/** A credit note says it as its reason; where it is the only line's text too, the line says it. */
function descriptionOf({ description, settlement, lines }: DraftInvoiceRow): string | null {
  if (description === null || description.trim() === "" || settlement !== null) return null;
  return lines.length === 1 && lines[0]?.description === description ? null : description;
}

function documentLine(line: DraftLineRow, amount: (minor: string) => string): DocumentLine {
  const whole = line.ratio_numerator === line.ratio_denominator || line.kind === "usage";
  return {
    id: publicId("invoice_line", line.id),
    kind: line.kind as LineKind,
    description: line.description,
    group: line.group_key,
    quantity: line.quantity,
    unit: line.unit,
    unitAmount: line.unit_amount,
    amount: amount(line.amount_minor),
    exactAmount: line.exact_amount,
    discount: amount(line.discount_minor),
    tax: amount(line.tax_minor),
    periodStart: line.period_start,
    periodEnd: line.period_end,
    tiers: line.tiers as DocumentLine["tiers"],
    steps: shownSteps(line.steps),
    proration: whole ? null : { numerator: line.ratio_numerator, denominator: line.ratio_denominator },
    inputHash: line.input_hash,
  };
}

const shown: ReadonlySet<string> = new Set([
  "included_units",
  "transform_quantity",
  "minimum_amount",
  "maximum_amount",
]);

/** Without them the customer could not get from quantity and price to the amount. */
function shownSteps(steps: unknown): DocumentStep[] {
  return (steps as readonly DocumentStep[])
    .filter(({ name, before, after }) => shown.has(name) && before !== after)
    .map(({ name, before, after }) => ({ name, before, after }));
}

/** As an instant prints itself, without the zeros at the end of a second's part. */
function isoOf(date: Date | null): string | null {
  return date === null ? null : date.toISOString().replace(/\.?0+Z$/, "Z");
}
