import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { insertDueReminders } from "#libs/data/reminders.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";

const remindersPerSweep = 500;

/**
 * Decides which unpaid invoices are to be reminded of now, by the tenant's `reminder_schedule`, each step of an invoice
 * once. After a pause only the latest step is sent, and none that is more than a week late.
 * @returns how many; their mails are jobs
 */
export async function planReminders(tx: TenantTx): Promise<number> {
  const { settings } = await currentSettings(tx);
  const { reminderSchedule: days, timezone } = settings;
  if (days.length === 0) return 0;
  const due = await insertDueReminders(tx, { days, timezone, limit: remindersPerSweep });
  await emitEvents(
    tx,
    due.map(({ id, invoiceId, day }) => ({
      type: "invoice.reminder_due" as const,
      subjectType: "invoice" as const,
      subjectId: invoiceId,
      data: { reminder: id, day },
    })),
  );
  return due.length;
}
