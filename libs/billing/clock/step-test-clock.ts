import { Temporal } from "temporal-polyfill";
import { type TenantTx, toInstant, withTenant } from "#libs/data/database.ts";
import { planDueDrafts } from "#libs/data/invoice-drafts.ts";
import { nextOverdueInstant } from "#libs/data/overdue-invoices.ts";
import { nextReminderInstant } from "#libs/data/reminders.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import { setTenantClock } from "#libs/data/tenants.ts";
import { nextWriteOffInstant } from "#libs/data/uncollectible-invoices.ts";
import {
  findTestClock,
  isTenantBusy,
  listOpenRunIds,
  nextDueInstant,
  saveTestClock,
} from "#libs/data/test-clocks.ts";
import type { Deps } from "../deps.ts";
import { expireCredits } from "../credit/expire-credits.ts";
import { announceOverdue } from "../dunning/announce-overdue.ts";
import { planReminders } from "../dunning/plan-reminders.ts";
import { findWriteOffs, writeOffOverdue, writeOffTerms } from "../dunning/write-off-overdue.ts";
import { settleRun } from "../run/settle-runs.ts";
import { startDueRun } from "../run/sweep-due-boundaries.ts";
import { adoptEvents } from "../usage/adopt-events.ts";
import { settleLateUsage } from "../usage/settle-late.ts";

/** Attempts after which a failing job is not waited for. */
const patience = 3;
/** Runs started at one instant before the clock goes on: what is still due then cannot be billed. */
const runsPerInstantMax = 3;
const pauseMs = 40;

type Step = "busy" | "worked" | "moved" | "arrived";

/**
 * Takes a test clock to its target, from due instant to due instant: at each it says what is overdue, looks for late usage,
 * reminders and what is to be given up, which is otherwise done every hour, starts what is due, waits until the tenant's work
 * is quiet, and goes on. Every step is a transaction of its own, so a killed worker's successor goes on where it stood.
 * @returns how many instants it stopped at
 */
export async function stepTestClock(
  deps: Pick<Deps, "database">,
  scope: { readonly tenantId: string; readonly jobName: string },
): Promise<{ readonly stops: number }> {
  let stops = 0;
  let runsHere = 0;
  for (;;) {
    const step = await withTenant(deps.database, { tenantId: scope.tenantId, actor: "test_clock" }, (tx) =>
      takeStep(tx, scope.jobName, runsHere),
    );
    if (step === "arrived") return { stops };
    if (step === "worked") runsHere += 1;
    if (step === "moved") {
      stops += 1;
      runsHere = 0;
    }
    if (step === "busy") await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function takeStep(tx: TenantTx, jobName: string, runsHere: number): Promise<Step> {
  const clock = await findTestClock(tx, true);
  if (clock === null || clock.state === "ready") return "arrived";
  for (const runId of await listOpenRunIds(tx)) await settleRun(tx, runId);
  if (await isTenantBusy(tx, { patience, exceptJob: jobName })) return "busy";
  await expireCredits(tx);
  while ((await announceOverdue(tx)) > 0);
  if (runsHere === 0) {
    const late = await settleUsage(tx);
    const givenUp = await writeOffs(tx);
    if (late + givenUp + (await planReminders(tx)) > 0) return "worked";
  }
  if (runsHere < runsPerInstantMax && (await startDueRun(tx)) + (await planDueDrafts(tx)) > 0)
    return "worked";
  const target = toInstant(clock.target_at);
  if (Temporal.Instant.compare(tx.now, target) >= 0) {
    await saveTestClock(tx, { state: "ready" });
    return "arrived";
  }
  const nexts = [
    ...[await nextDueInstant(tx), await nextReminder(tx)],
    ...[await nextOverdueInstant(tx), await nextWriteOff(tx)],
  ];
  const dues = nexts.flatMap((at) => (at === null ? [] : [toInstant(at)]));
  const [next = target] = [...dues, target].sort(Temporal.Instant.compare);
  await setTenantClock(tx, next);
  return "moved";
}

/** How many invoices it made. */
async function settleUsage(tx: TenantTx): Promise<number> {
  await adoptEvents(tx, {});
  return (await settleLateUsage(tx)).invoices.length;
}

/** How many invoices it gave up. */
async function writeOffs(tx: TenantTx): Promise<number> {
  const ids = await findWriteOffs(tx);
  for (const id of ids) await writeOffOverdue(tx, id);
  return ids.length;
}

async function nextWriteOff(tx: TenantTx): Promise<Date | null> {
  const terms = await writeOffTerms(tx);
  return terms === null ? null : nextWriteOffInstant(tx, terms);
}

async function nextReminder(tx: TenantTx): Promise<Date | null> {
  const { reminderSchedule: days, timezone } = (await currentSettings(tx)).settings;
  return days.length === 0 ? null : nextReminderInstant(tx, { days, timezone });
}
