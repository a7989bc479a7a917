import { Temporal } from "temporal-polyfill";
import { domainError } from "#libs/core/errors.ts";
import type { ChangeTerms } from "#libs/core/subscription/change-terms.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findPlan } from "#libs/data/plans.ts";
import type { SubscriptionRow } from "#libs/data/subscriptions.ts";
import { assertMetersFree, metersOfPlan } from "./assert-meters-free.ts";
import { bookChange } from "./book-change.ts";
import { type ChangeTarget, loadChangeable } from "./changeable-subscription.ts";

/**
 * Lets a paused subscription go on, on its plan, its quantities and its grid: fees are charged for the rest of the
 * period that runs, usage counts from now on. What happened while it was paused is never billed.
 * @throws DomainError subscription_not_found, version_conflict, subscription_ended, subscription_not_paused, subscription_parked,
 *   subscription_broken, meter_already_billed where another subscription took a meter over meanwhile
 */
export async function resumeSubscription(outer: TenantTx, input: ChangeTarget): Promise<SubscriptionRow> {
  const changeable = await loadChangeable(outer, input);
  const { tx, row, subscription } = changeable;
  if (row.status !== "paused") {
    throw domainError(
      "subscription_not_paused",
      `The subscription is ${row.status}; only a paused one resumes.`,
    );
  }
  const plan = await findPlan(tx, { id: row.plan_id }, row.plan_version);
  if (plan === null) throw domainError("subscription_broken", "The plan of the subscription is gone.");
  const span = { startsAt: tx.now, endsAt: subscription.endsAt };
  const { customer } = subscription;
  await assertMetersFree(tx, { customer, meters: metersOfPlan(plan), span, except: row.id });
  const at = Temporal.Instant.fromEpochMilliseconds(tx.now.epochMilliseconds);
  const terms: ChangeTerms = { kind: "resume", planVersionId: row.plan_version_id };
  const after = await bookChange(tx, changeable, {
    change: { id: null, at, terms, offered: null },
    drops: [],
  });
  await writeAudit(tx, {
    action: "subscription.resume",
    targetType: "subscription",
    targetId: after.id,
    before: row,
    after,
  });
  return after;
}
