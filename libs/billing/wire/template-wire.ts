import { z } from "zod";
import {
  type TemplateContent,
  templateFields,
  templateKinds,
  templateValues,
} from "#libs/core/invoice/document-template.ts";
import type { VersionedTemplate } from "#libs/data/templates.ts";
import { longText, text, timestampToWire, version } from "./wire-values.ts";

const texts = z
  .record(text(3), z.record(text(20), longText(2_000)))
  .meta({ description: "By language, or any; then by field. Values are named in braces." });
const units = z.record(text(50), z.record(text(3), z.record(text(5), text(50)))).meta({
  description: "Words for a unit, as its meter names it: by language, then by plural category of CLDR",
});
const color = text(7)
  .nullable()
  .meta({ description: "Instead of the brand's", examples: ["#0b5c8a"] });

/** `PUT /v1/templates/{kind}`: the whole template; what is left out is Billwright's own. */
export const templateBody = z.strictObject({ color, texts, units }).partial();

export const templateWire = z.strictObject({
  kind: z.enum(templateKinds),
  color,
  texts,
  units,
  fields: z.array(z.string()),
  values: z.array(z.string()),
  version,
  created_at: z.string().nullable(),
});

export function parseTemplate(body: z.infer<typeof templateBody>): TemplateContent {
  const { color = null, texts = {}, units = {} } = body;
  return { color, texts, units };
}

export function templateToWire(row: VersionedTemplate): z.infer<typeof templateWire> {
  return {
    kind: row.kind,
    color: row.content.color,
    texts: copyOf(row.content.texts),
    units: copyOf(row.content.units),
    fields: [...templateFields[row.kind]],
    values: [...templateValues],
    version: row.version,
    created_at: row.createdAt === null ? null : timestampToWire(row.createdAt),
  };
}

function copyOf<T>(value: unknown): T {
  return structuredClone(value) as T;
}
