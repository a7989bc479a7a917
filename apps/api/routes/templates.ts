import { z } from "zod";
import { previewTemplate, type TemplatePreview } from "#libs/billing/template/preview-template.ts";
import { putTemplate } from "#libs/billing/template/put-template.ts";
import {
  parseTemplate,
  templateBody,
  templateToWire,
  templateWire,
} from "#libs/billing/wire/template-wire.ts";
import { text } from "#libs/billing/wire/wire-values.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError } from "#libs/core/errors.ts";
import { templateKinds } from "#libs/core/invoice/document-template.ts";
import { withTenant } from "#libs/data/database.ts";
import { currentTemplates, templateOfVersion } from "#libs/data/templates.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import { assertPrintable } from "../assert-printable.ts";
import { defineRoute, type Answer, type Route } from "../define-route.ts";

const template = templateWire.meta({ id: "Template" });
const tag = "Templates";
const byKind = z.strictObject({ kind: z.enum(templateKinds) });
const example = {
  color: "#0b5c8a",
  texts: {
    any: { footer: "Northwind Ltd, registered in England 01234567" },
    en: { title: "Tax invoice", terms: "Please pay {amount_due} by {due_date} to IBAN GB00 0000." },
    de: { terms: "Bitte überweisen Sie {amount_due} bis zum {due_date}." },
  },
  units: { ride: { en: { one: "ride", other: "rides" }, de: { one: "Fahrt", other: "Fahrten" } } },
};

const get = defineRoute({
  method: "get",
  path: "/v1/templates/{kind}",
  tag,
  summary: "Get a template",
  description:
    "The one in force, or a version before it; version 0 is Billwright's own. `fields` are the texts that the kind takes, `values` what a text can name in braces.",
  access: "read",
  params: byKind,
  query: z.strictObject({ version: z.coerce.number().int().min(0).max(1_000_000).optional() }),
  response: { status: 200, schema: template },
  errors: ["template_not_found"],
  example: { params: { kind: "invoice_pdf" } },
  transaction: async (tx, { params: { kind }, query }) => {
    const found =
      query.version === undefined
        ? (await currentTemplates(tx, [kind]))[kind]
        : await templateOfVersion(tx, kind, query.version);
    if (found === null)
      throw domainError("template_not_found", `The template ${kind} has no version ${query.version}.`);
    return { body: templateToWire(found) };
  },
});

const put = defineRoute({
  method: "put",
  path: "/v1/templates/{kind}",
  tag,
  summary: "Write a template",
  description:
    "Makes a new version of the whole template; what is left out is Billwright's own. Documents that were issued keep the version they were issued with, for ever. Texts are plain: markup is printed as it is written.",
  access: "write",
  params: byKind,
  body: templateBody,
  response: { status: 200, schema: template },
  errors: ["version_conflict", "fields_invalid"],
  example: { params: { kind: "invoice_pdf" }, body: example },
  transaction: async (tx, { params: { kind }, body, ifMatch }) => {
    if (kind.endsWith("_pdf")) {
      await assertPrintable("texts", body.texts);
      await assertPrintable("units", body.units);
    }
    const content = parseTemplate(body);
    return {
      body: templateToWire(await putTemplate(tx, { kind, content, ...defined({ ifVersion: ifMatch }) })),
    };
  },
});

const shown = z.strictObject({
  locale: text(35).optional(),
  page_size: z.enum(["A4", "Letter"]).optional(),
});
const preview = z.strictObject({ subject: z.string(), html: z.string(), text: z.string() });
const previewResponse = {
  status: 200,
  schema: preview.meta({ id: "MailPreview" }),
  contentTypes: ["application/pdf"],
  description: "The PDF; of mails their subject and bodies",
};
const previewErrors = [
  "locale_unknown",
  "pdf_glyph_missing",
  "pdf_browser_missing",
  "pdf_render_failed",
] as const;

const previewCurrent = defineRoute({
  method: "get",
  path: "/v1/templates/{kind}/preview",
  tag,
  summary: "Preview the template in force",
  description: "On a made-up document with your own brand, by the code that prints real ones.",
  access: "read",
  params: byKind,
  query: shown,
  response: previewResponse,
  errors: previewErrors,
  example: { params: { kind: "invoice_mail" }, query: { locale: "de-DE" } },
  external: async (api, { params: { kind }, query, scope }) => {
    const { settings, found } = await withTenant(api.deps.database, scope, async (tx) => ({
      ...(await currentSettings(tx)),
      found: (await currentTemplates(tx, [kind]))[kind],
    }));
    const { version, content } = found;
    return answerOf(await previewTemplate(api.deps, { kind, version, content, settings, ...shownOf(query) }));
  },
});

const previewDraft = defineRoute({
  method: "put",
  path: "/v1/templates/{kind}/preview",
  tag,
  summary: "Preview a template before it is written",
  description: "Takes what writing takes, shows it as the preview does, and changes nothing.",
  access: "write",
  params: byKind,
  query: shown,
  body: templateBody,
  idempotent: false,
  response: previewResponse,
  errors: [...previewErrors, "fields_invalid"],
  example: { params: { kind: "invoice_mail" }, body: { texts: { en: { greeting: "Dear {customer}," } } } },
  external: async (api, { params: { kind }, query, body, scope }) => {
    const { settings } = await withTenant(api.deps.database, scope, (tx) => currentSettings(tx));
    const content = parseTemplate(body);
    return answerOf(
      await previewTemplate(api.deps, { kind, version: 0, content, settings, ...shownOf(query) }),
    );
  },
});

function shownOf(query: z.infer<typeof shown>) {
  return defined({ locale: query.locale, pageSize: query.page_size });
}

function answerOf(made: TemplatePreview): Answer<z.infer<typeof preview>> {
  if ("mail" in made) return { body: made.mail };
  return { content: made.pdf, contentType: "application/pdf", headers: { "Cache-Control": "no-store" } };
}

export const templateRoutes: readonly Route[] = [get, put, previewCurrent, previewDraft];
