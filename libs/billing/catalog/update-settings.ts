import { isDeepStrictEqual } from "node:util";
import { Temporal } from "temporal-polyfill";
import { assertNoPlaces, placesOf } from "#libs/core/assert-places.ts";
import { assertTimezone } from "#libs/core/calendar/timezone.ts";
import type { ErrorPlace } from "#libs/core/errors.ts";
import { assertLocale } from "#libs/core/locale.ts";
import { assertCurrencyForNew } from "#libs/core/money/currencies.ts";
import {
  farthestReminderDays,
  longestWriteOffDays,
  mostReminders,
  type Settings,
} from "#libs/core/settings.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { currentSettings, saveSettings, type VersionedSettings } from "#libs/data/tenant-settings.ts";
import { cleanPicture } from "#libs/platform/picture/clean-picture.ts";
import { assertVersion } from "./assert-version.ts";
import { paymentTermsPlaces } from "./customer-fields.ts";
import { continueImported, lockImportsForTemplates, numberTemplatePlaces } from "./number-template-places.ts";

export type SettingsChange = Partial<Omit<Settings, "brand">> & {
  readonly brand?: Partial<Settings["brand"]>;
};

const longestDraftWindowHours = 90 * 24;

/**
 * Makes a new version of the settings with the given fields changed; unchanged settings make none. A logo is checked and written anew. Invoices keep the version
 * they were drafted with. Throws `version_conflict`, `fields_invalid`.
 */
export async function updateSettings(
  tx: TenantTx,
  input: { readonly change: SettingsChange; readonly ifVersion?: number },
): Promise<VersionedSettings & { readonly isNew: boolean }> {
  const before = await currentSettings(tx);
  assertVersion("settings", before.version, input.ifVersion);
  const { brand, ...rest } = input.change;
  const logo = brand?.logo == null ? null : cleanPicture(brand.logo);
  const changed = {
    ...before.settings,
    ...rest,
    brand: {
      ...before.settings.brand,
      ...brand,
      ...(logo !== null && "url" in logo ? { logo: logo.url } : {}),
    },
  };
  const refused = logo !== null && "refused" in logo ? [place("brand.logo", logo.refused)] : [];
  await lockImportsForTemplates(tx, before.settings, changed);
  const ofNumbers = await numberTemplatePlaces(tx, before.settings, changed);
  assertNoPlaces([...ofNumbers, ...settingsPlaces(changed, before.settings), ...refused]);
  const settings = {
    ...changed,
    timezone: assertTimezone(changed.timezone),
    defaultLocale: assertLocale(changed.defaultLocale),
  };
  if (isDeepStrictEqual(settings, before.settings)) return { ...before, isNew: false };
  await continueImported(tx, before.settings, settings);
  const after = { version: await saveSettings(tx, before.version, settings), settings };
  await writeAudit(tx, {
    action: "settings.update",
    targetType: "tenant",
    targetId: tx.tenantId,
    before,
    after,
  });
  return { ...after, isNew: true };
}

function settingsPlaces(settings: Settings, kept: Settings): ErrorPlace[] {
  const { color } = settings.brand;
  return [
    ...placesOf("timezone", () => assertTimezone(settings.timezone)),
    ...placesOf("default_locale", () => assertLocale(settings.defaultLocale)),
    ...(settings.defaultCurrency === kept.defaultCurrency
      ? []
      : placesOf("default_currency", () => assertCurrencyForNew(settings.defaultCurrency))),
    ...paymentTermsPlaces(settings.paymentTermsDays),
    ...draftWindowPlaces(settings.draftWindow),
    ...reminderPlaces(settings.reminderSchedule),
    ...writeOffPlaces(settings.uncollectibleAfterDays),
    ...(color === null || /^#[0-9a-fA-F]{6}$/.test(color)
      ? []
      : [place("brand.color", `must be a colour such as "#0b5c8a", got ${JSON.stringify(color)}`)]),
  ];
}

function draftWindowPlaces(text: string): ErrorPlace[] {
  try {
    const hours = Temporal.Duration.from(text).total({ unit: "hour" });
    if (hours >= 0 && hours <= longestDraftWindowHours) return [];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  const message = `must be an ISO 8601 duration in days or shorter units from PT0S to P90D, such as "PT1H"; got ${JSON.stringify(text)}`;
  return [place("draft_window", message)];
}

function reminderPlaces(days: readonly number[]): ErrorPlace[] {
  if (days.length > mostReminders)
    return [place("reminder_schedule", `at most ${mostReminders} reminders, got ${days.length}`)];
  return days.flatMap((day, index) => {
    if (!Number.isInteger(day) || Math.abs(day) > farthestReminderDays) {
      const message = `must be a whole number of days from -${farthestReminderDays} to ${farthestReminderDays}, got ${day}`;
      return [place(`reminder_schedule.${index}`, message)];
    }
    return days.indexOf(day) === index ? [] : [place(`reminder_schedule.${index}`, `names day ${day} twice`)];
  });
}

function writeOffPlaces(days: number | null): ErrorPlace[] {
  if (days === null || (Number.isInteger(days) && days >= 1 && days <= longestWriteOffDays)) return [];
  const message = `must be a whole number of days from 1 to ${longestWriteOffDays}, or null for never; got ${days}`;
  return [place("uncollectible_after_days", message)];
}

function place(path: string, message: string): ErrorPlace {
  return { path, code: "value_invalid", message };
}
