import type { Deps } from "#libs/billing/deps.ts";
import { sweepAuditChains } from "#libs/billing/audit/chain-audit.ts";
import { sweepExpiredCredits } from "#libs/billing/credit/expire-credits.ts";
import { openDueRetries } from "#libs/billing/payment/open-due-retries.ts";
import { invariantSweep } from "#libs/billing/invariant/sweep-invariants.ts";
import { planMissingDeliveries, stagesOf } from "#libs/billing/invoice/plan-missing-deliveries.ts";
import { pollPayments } from "#libs/billing/payment/poll-payments.ts";
import { pollStripeEvents } from "#libs/billing/payment/poll-stripe-events.ts";
import { sweepInbox } from "#libs/billing/payment/receive-stripe-webhook.ts";
import { restoreDueBoundaries } from "#libs/billing/run/restore-due-boundaries.ts";
import { runCustomerSchedules } from "#libs/billing/run/run-customer-schedules.ts";
import { runTenantSchedules } from "#libs/billing/run/run-tenant-schedules.ts";
import { sweepWebhookRetries } from "#libs/billing/webhook/resend-webhooks.ts";
import { pruneEnded } from "#libs/billing/work/prune-ended.ts";
import { replanLostJobs } from "#libs/billing/work/replan-lost-jobs.ts";
import { replanStuckEffects } from "#libs/billing/work/replan-stuck-effects.ts";
import { tenantSweep } from "#libs/billing/work/sweep-tenants.ts";
import { paymentRetry } from "#libs/jobs/payment-retry.job.ts";
import type { ScheduleSettings } from "#libs/jobs/schedules.ts";
import { stripeApplyEvent } from "#libs/jobs/stripe-apply-event.job.ts";
import type { SchedulerOptions } from "./start-scheduler.ts";

/**
 * What nobody tells us by itself: payments whose webhook never came, webhooks whose job was never written, declined
 * payments whose next try is due; work that was lost with its rows; books that do not add up.
 * @param scale stretches or shortens every interval; 1 in production
 */
export function outsideSweeps(
  deps: Deps,
  scale: number,
  settings: ScheduleSettings,
): SchedulerOptions["sweeps"] {
  const ago = (ms: number) => new Date(Date.now() - ms);
  const every = (ms: number) => Math.max(500, Math.round(ms * scale));
  const stages = stagesOf(deps);
  const lostJobs = tenantSweep("lost jobs", replanLostJobs);
  const stuckEffects = tenantSweep("stuck effects", (tx, after) => replanStuckEffects(tx, after));
  const missingDeliveries = tenantSweep("missing deliveries", (tx, after) =>
    planMissingDeliveries(tx, after, { stages }),
  );
  const lostBoundaries = tenantSweep("lost boundaries", restoreDueBoundaries);
  const brokenInvariants = invariantSweep({ restMs: every(3_600_000) });
  const runs = runSweeps(deps, every(5_000), settings);
  if (settings.dryRun) {
    deps.logger.warn("DRY_RUN is set: scheduled runs compute and report, and nothing else is written");
    return runs;
  }
  return [
    ...runs,
    {
      name: "payment poll",
      everyMs: every(30_000),
      run: () => pollPayments(deps, { olderThanMs: every(60_000) }),
    },
    {
      name: "stripe events",
      everyMs: every(60_000),
      run: () => pollStripeEvents(deps, { seed: stripeApplyEvent.seed, since: ago(3_600_000) }),
    },
    {
      // Stripe tries for three days; so may we have been away.
      name: "stripe events of days",
      everyMs: every(6 * 3_600_000),
      run: () => pollStripeEvents(deps, { seed: stripeApplyEvent.seed, since: ago(4 * 86_400_000) }),
    },
    {
      name: "webhook inbox",
      everyMs: every(10_000),
      run: () => sweepInbox(deps.database, { seed: stripeApplyEvent.seed, olderThanMs: every(15_000) }),
    },
    {
      name: "payment retries",
      everyMs: every(5_000),
      run: () => openDueRetries(deps.database, { seed: paymentRetry.seed }),
    },
    { name: "credit expiry", everyMs: every(60_000), run: () => sweepExpiredCredits(deps) },
    { name: "audit chain", everyMs: every(10_000), run: () => sweepAuditChains(deps) },
    {
      name: "webhook retries",
      everyMs: every(5_000),
      run: () => sweepWebhookRetries(deps.database),
    },
    { name: "lost jobs", everyMs: every(30_000), run: () => lostJobs(deps) },
    { name: "stuck effects", everyMs: every(30_000), run: () => stuckEffects(deps) },
    { name: "missing deliveries", everyMs: every(60_000), run: () => missingDeliveries(deps) },
    { name: "lost boundaries", everyMs: every(60_000), run: () => lostBoundaries(deps) },
    { name: "invariants", everyMs: every(60_000), run: () => brokenInvariants(deps) },
    { name: "prune", everyMs: every(3_600_000), run: () => pruneEnded(deps) },
  ];
}

/** Schedules that tenants and customers have set for themselves. */
function runSweeps(deps: Deps, everyMs: number, settings: ScheduleSettings): SchedulerOptions["sweeps"] {
  return [
    { name: "tenant schedules", everyMs, run: () => runTenantSchedules(deps, settings) },
    { name: "customer schedules", everyMs, run: () => runCustomerSchedules(deps, settings) },
  ];
}
