import { domainError } from "#libs/core/errors.ts";
import { defaultSettings, type Settings } from "#libs/core/settings.ts";
import type { TenantTx } from "./database.ts";

/** Version 0 is what a tenant starts with, before anything was saved. */
export type VersionedSettings = { readonly version: number; readonly settings: Settings };

/** The settings in force; fields that an older version did not know have their defaults. */
export async function currentSettings(tx: TenantTx): Promise<VersionedSettings> {
  const [row] = await tx.db.$queryRaw<{ version: number; settings: Partial<Settings> }[]>`
    select version, settings from tenant_settings where tenant_id = ${tx.tenantId}::uuid order by version desc limit 1`;
  return row === undefined ? { version: 0, settings: defaultSettings } : withDefaults(row);
}

/** The settings that an invoice was made with. */
export async function settingsOfVersion(tx: TenantTx, version: number): Promise<Settings> {
  const [row] = await tx.db.$queryRaw<{ version: number; settings: Partial<Settings> }[]>`
    select version, settings from tenant_settings where tenant_id = ${tx.tenantId}::uuid and version = ${version}`;
  return row === undefined ? defaultSettings : withDefaults(row).settings;
}

function withDefaults(row: { version: number; settings: Partial<Settings> }): VersionedSettings {
  const brand = { ...defaultSettings.brand, ...row.settings.brand };
  return { version: row.version, settings: { ...defaultSettings, ...row.settings, brand } };
}

/** Makes the version after `previous` the one in force. @throws `version_conflict` when somebody else made it first */
export async function saveSettings(tx: TenantTx, previous: number, settings: Settings): Promise<number> {
  const version = previous + 1;
  const saved = await tx.db.$executeRaw`
    insert into tenant_settings (tenant_id, version, settings, actor)
    values (${tx.tenantId}::uuid, ${version}, ${JSON.stringify(settings)}::jsonb, ${tx.actor})
    on conflict do nothing`;
  if (saved === 0)
    throw domainError("version_conflict", `the settings have moved on from version ${previous}`);
  return version;
}
