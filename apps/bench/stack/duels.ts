import { arm, waitForHit } from "./failpoints.ts";
import type { BilledTenant } from "./make-billed-tenant.ts";
import { waitForQuiet } from "./quiet.ts";
import { readJournal } from "./sandbox-facts.ts";
import type { BillingStack } from "./start-stack.ts";
import { until } from "./until.ts";

/** What a duel showed, in words; null when it could not be played, which says nothing about the guard. */
export type Duel = { readonly name: string; readonly story: string | null };

/** A busy machine prints, mails and gives up a lease within this. */
const reachMs = 30_000;

/**
 * Two runs bill the same customer at once: one worker stops before it commits its claims, the other comes to the same
 * boundaries and waits; then the first goes on, long after its lease.
 */
export async function duelForClaims(stack: BillingStack, tenant: BilledTenant): Promise<Duel> {
  const name = "two runs at once";
  const point = "job.invoice.generate:before-commit";
  await tenant.addCustomer("duel-claims");
  arm(stack.failpointDir, point);
  await tenant.startRun({ customers: ["duel-claims"] });
  const first = await waitForHit(stack.failpointDir, point, reachMs);
  if (first === null) return { name, story: null };
  await tenant.startRun({ customers: ["duel-claims"] });
  const second = await until(() => findSecondGenerator(stack), reachMs);
  first.release();
  await waitForQuiet(stack, tenant, reachMs);
  return { name, story: second === null ? null : "the second run waited for the first one's claims" };
}

/** A database session of the application that waits for another one's lock in the midst of billing. */
async function findSecondGenerator(stack: BillingStack): Promise<true | null> {
  const waiting = await stack.rows(
    `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()
       and query ~* '(insert into (billing_period|invoice)|update (subscription|document_counter|billing_period)|from subscription .* for no key update)'`,
  );
  return waiting.length > 0 ? true : null;
}

/**
 * Two workers send the same mail: one stops just before its call until its lease has run out, the heir sends and stops
 * before it records; then the first wakes up and goes on.
 */
export async function duelForEffect(stack: BillingStack, tenant: BilledTenant): Promise<Duel> {
  const name = "a worker that wakes up after its lease";
  const [before, after] = ["effect.email.invoice:before-call", "effect.email.invoice:after-call"];
  if (before === undefined || after === undefined) return { name, story: null };
  await tenant.addCustomer("duel-effect");
  const mailsBefore = await countMails(stack);
  arm(stack.failpointDir, before);
  await tenant.startRun({ customers: ["duel-effect"] });
  const zombie = await waitForHit(stack.failpointDir, before, reachMs);
  if (zombie === null) return { name, story: null };
  arm(stack.failpointDir, after);
  const heir = await waitForHit(stack.failpointDir, after, reachMs + stack.leaseMs);
  const log = stack.processes.ofPid(zombie.pid)?.log ?? (() => "");
  const from = log().length;
  zombie.release();
  const fenced = (text: string) => text.includes("email.invoice for") && text.includes("effect_in_progress");
  const end = await until(
    async () => (fenced(log().slice(from)) || (await countMails(stack)) > mailsBefore + 1 ? true : null),
    reachMs,
  );
  heir?.release();
  await waitForQuiet(stack, tenant, reachMs);
  if (heir === null || end === null) return { name, story: null };
  const sent = (await countMails(stack)) - mailsBefore;
  return {
    name,
    story: `the heir sent the mail, the old worker ${sent > 1 ? "sent it again" : "was fenced off"}`,
  };
}

async function countMails(stack: BillingStack): Promise<number> {
  return (await readJournal(stack.sandboxUrl, "smtp")).filter((entry) => entry.effect).length;
}
