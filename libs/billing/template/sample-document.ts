import type { DocumentLine, InvoiceDocument } from "#libs/core/invoice/invoice-document.ts";
import { printedAddress } from "#libs/core/invoice/printed-address.ts";
import { printedLocale } from "#libs/core/locale.ts";
import { currencyExponent } from "#libs/core/money/currencies.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import type { Settings } from "#libs/core/settings.ts";

/** A made-up invoice or credit note of the tenant's, to show what a template does; always the same for the same input. */
export function sampleDocument(
  settings: Settings,
  shown: {
    readonly locale: string;
    readonly isCredit: boolean;
    readonly pageSize: InvoiceDocument["pageSize"];
  },
): InvoiceDocument {
  const { brand, defaultCurrency: currency, timezone } = settings;
  const { locale, isCredit, pageSize } = shown;
  const unit = 10n ** BigInt(currencyExponent(currency));
  const amount = (major: bigint) => formatMoney({ minor: major * unit, currency });
  const address = { line1: "1 Example Street", city: "Exampleton", postalCode: "12345" };
  return {
    schema: 1,
    invoiceId: "inv_preview",
    invoiceType: isCredit ? "credit" : "subscription",
    number: isCredit ? "CN-PREVIEW" : "INV-PREVIEW",
    corrects: isCredit ? { number: "INV-PREVIEW", reason: null } : null,
    description: null,
    ...{ issuedAt: "2026-02-01T12:00:00Z", dueAt: "2026-03-03T12:00:00Z", currency, timezone, locale },
    ...{ periodStart: "2026-01-01T00:00:00Z", periodEnd: "2026-02-01T00:00:00Z" },
    seller: {
      ...{ name: brand.name, taxId: brand.taxId, logo: brand.logo, color: brand.color, footer: brand.footer },
      address: printedAddress(brand.address, printedLocale(locale)),
      email: settings.emailFrom,
    },
    customer: {
      ...{ id: "cus_preview", externalId: null, name: "Example Corporation", email: "billing@example.com" },
      address: printedAddress({ ...address, country: "US" }, printedLocale(locale)),
      ...{ taxIds: ["XX123456789"], taxStatus: "taxable" },
    },
    lines: [
      line({ description: "Team", quantity: "12", unit: "seats", unitAmount: "15", amount: amount(180n) }),
      line({
        description: "API",
        quantity: "1000",
        unit: "requests",
        unitAmount: "0.02",
        amount: amount(20n),
      }),
    ],
    taxes: [
      { name: "VAT", percentage: "20", inclusive: false, taxableAmount: amount(200n), amount: amount(40n) },
    ],
    discounts: [],
    ...{ subtotal: amount(200n), discountTotal: amount(0n), taxTotal: amount(40n), total: amount(240n) },
    ...{ creditTotal: amount(0n), amountDue: amount(isCredit ? 0n : 240n), notices: [], pageSize },
    ...{ settingsVersion: 0, templateVersion: "preview", tzdataVersion: "preview" },
  };
}

function line(
  shown: Pick<DocumentLine, "description" | "quantity" | "unit" | "unitAmount" | "amount">,
): DocumentLine {
  return {
    ...{ id: "il_preview", kind: "usage", group: "", exactAmount: shown.amount, discount: "0", tax: "0" },
    ...{ periodStart: "2026-01-01T00:00:00Z", periodEnd: "2026-02-01T00:00:00Z" },
    ...{ tiers: [], steps: [], proration: null, inputHash: "" },
    ...shown,
  };
}
