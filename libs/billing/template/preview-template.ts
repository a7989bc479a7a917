import { assertNoPlaces } from "#libs/core/assert-places.ts";
import {
  type TemplateContent,
  type TemplateKind,
  templateInLocale,
  templatePlaces,
} from "#libs/core/invoice/document-template.ts";
import { assertLocale } from "#libs/core/locale.ts";
import type { Settings } from "#libs/core/settings.ts";
import { type InvoiceMail, invoiceMail } from "#libs/platform/mail/invoice-mail.ts";
import type { Deps } from "../deps.ts";
import { sampleDocument } from "./sample-document.ts";

export type TemplatePreview = { readonly pdf: Uint8Array } | { readonly mail: InvoiceMail };

/**
 * Shows a template on a made-up document with the tenant's own brand, by the code that prints real ones. Changes nothing.
 * @throws DomainError fields_invalid, locale_unknown, pdf_*
 */
export async function previewTemplate(
  deps: Pick<Deps, "pdf">,
  input: {
    readonly kind: TemplateKind;
    readonly version: number;
    readonly content: TemplateContent;
    readonly settings: Settings;
    readonly locale?: string;
    readonly pageSize?: "A4" | "Letter";
  },
): Promise<TemplatePreview> {
  const { kind, version, content, settings } = input;
  assertNoPlaces(templatePlaces(kind, content));
  const locale = assertLocale(input.locale ?? settings.defaultLocale);
  const template = templateInLocale({ version, content }, locale);
  const sample = sampleDocument(settings, {
    ...{
      locale,
      isCredit: kind.startsWith("credit_note"),
      pageSize: input.pageSize ?? settings.pageSize ?? "A4",
    },
  });
  if (kind.endsWith("_pdf")) return { pdf: (await deps.pdf.render({ ...sample, template })).bytes };
  const from = sample.seller.name;
  const reminder = kind === "reminder_mail" ? { reminder: { day: 7, left: sample.amountDue } } : {};
  return { mail: invoiceMail(sample, { from, template, payUrl: "https://example.com/pay", ...reminder }) };
}
