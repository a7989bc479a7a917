import { domainError } from "#libs/core/errors.ts";
import {
  defaultTemplate,
  type TemplateContent,
  type TemplateKind,
} from "#libs/core/invoice/document-template.ts";
import type { TenantTx } from "./database.ts";

/** Version 0 is Billwright's own, before the tenant wrote one; it was never saved. */
export type VersionedTemplate = {
  readonly kind: TemplateKind;
  readonly version: number;
  readonly content: TemplateContent;
  readonly createdAt: Date | null;
};

type Row = {
  readonly kind: TemplateKind;
  readonly version: number;
  readonly body: string;
  readonly at: Date;
};

/** The templates in force, of the kinds asked for; one statement. */
export async function currentTemplates<K extends TemplateKind>(
  tx: TenantTx,
  kinds: readonly K[],
): Promise<Readonly<Record<K, VersionedTemplate>>> {
  const rows = await tx.db.$queryRaw<Row[]>`
    select distinct on (kind) kind, template_version as version, body, created_at as at from template
    where tenant_id = ${tx.tenantId}::uuid and kind = any(${[...kinds]}::text[]) order by kind, template_version desc`;
  const found = kinds.map((kind) => [
    kind,
    versionedOf(
      kind,
      rows.find((row) => row.kind === kind),
    ),
  ]);
  return Object.fromEntries(found) as Record<K, VersionedTemplate>;
}

/** One version of a template, or null when there is none; 0 is Billwright's own. */
export async function templateOfVersion(
  tx: TenantTx,
  kind: TemplateKind,
  version: number,
): Promise<VersionedTemplate | null> {
  const [row] = await tx.db.$queryRaw<Row[]>`
    select kind, template_version as version, body, created_at as at from template
    where tenant_id = ${tx.tenantId}::uuid and kind = ${kind} and template_version = ${version}`;
  return row === undefined && version !== 0 ? null : versionedOf(kind, row);
}

/** Makes the version after `previous` the one in force. @throws `version_conflict` when somebody else made it first */
export async function saveTemplate(
  tx: TenantTx,
  previous: number,
  template: { readonly kind: TemplateKind; readonly content: TemplateContent },
): Promise<VersionedTemplate> {
  const version = previous + 1;
  const [row] = await tx.db.$queryRaw<Row[]>`
    insert into template (tenant_id, kind, template_version, body)
    values (${tx.tenantId}::uuid, ${template.kind}, ${version}, ${JSON.stringify(template.content)})
    on conflict do nothing returning kind, template_version as version, body, created_at as at`;
  if (row === undefined) {
    throw domainError(
      "version_conflict",
      `the template ${template.kind} has moved on from version ${previous}`,
    );
  }
  return versionedOf(template.kind, row);
}

function versionedOf(kind: TemplateKind, row: Row | undefined): VersionedTemplate {
  if (row === undefined) return { kind, version: 0, content: defaultTemplate, createdAt: null };
  const content = { ...defaultTemplate, ...(JSON.parse(row.body) as Partial<TemplateContent>) };
  return { kind, version: row.version, content, createdAt: row.at };
}
