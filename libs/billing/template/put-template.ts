import { isDeepStrictEqual } from "node:util";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import {
  type TemplateContent,
  type TemplateKind,
  templatePlaces,
} from "#libs/core/invoice/document-template.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { currentTemplates, saveTemplate, type VersionedTemplate } from "#libs/data/templates.ts";
import { assertVersion } from "../catalog/assert-version.ts";

/**
 * Makes a new version of a template; an unchanged one makes none. Issued documents keep the version they were issued
 * with. Throws `version_conflict`, `fields_invalid`.
 */
export async function putTemplate(
  tx: TenantTx,
  input: { readonly kind: TemplateKind; readonly content: TemplateContent; readonly ifVersion?: number },
): Promise<VersionedTemplate> {
  const { kind, content } = input;
  const { [kind]: before } = await currentTemplates(tx, [kind]);
  assertVersion(`template ${kind}`, before.version, input.ifVersion);
  assertNoPlaces(templatePlaces(kind, content));
  if (isDeepStrictEqual(content, before.content)) return before;
  const after = await saveTemplate(tx, before.version, { kind, content });
  await writeAudit(tx, {
    action: "template.update",
    targetType: "tenant",
    targetId: tx.tenantId,
    before: { kind, version: before.version, content: before.content },
    after: { kind, version: after.version, content },
  });
  return after;
}
