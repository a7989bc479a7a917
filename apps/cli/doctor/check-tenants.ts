import { counted } from "#libs/core/counted.ts";
import { publicId } from "#libs/core/public-id.ts";
import { withSystem, withTenant } from "#libs/data/database.ts";
import { findMoneyBreaches, readTenantFacts, type TenantFacts } from "#libs/data/doctor-reads.ts";
import { listTenants } from "#libs/data/tenants.ts";
import type { Installation } from "../cli-context.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";

/** Stuck work and broken invariants of every tenant. */
export async function checkTenants(installation: Installation): Promise<Finding[]> {
  const tenants = await withSystem(installation.database, (db) => listTenants(db));
  if (tenants.length === 0) {
    return [warning("tenants", "there is none", "make one: `billwright tenant create NAME`")];
  }
  const findings: Finding[] = [];
  for (const tenant of tenants) {
    const scope = { tenantId: tenant.id, actor: "doctor", timeoutMs: 60_000 };
    const { facts, breaches } = await withTenant(installation.database, scope, async (tx) => ({
      facts: await readTenantFacts(tx),
      breaches: await findMoneyBreaches(tx),
    }));
    const found = [
      ...nobodyToBill(facts),
      ...failedWork(facts),
      ...slowWork(facts),
      ...breaches.map((b) =>
        problem(
          b.invariant,
          b.detail,
          "stop billing this tenant and find out what changed the rows; nothing repairs money by itself",
        ),
      ),
    ];
    const label = (finding: Finding): Finding => ({ ...finding, check: `${tenant.name}: ${finding.check}` });
    findings.push(
      ...(found.length === 0
        ? [label(ok("work", "nothing is stuck; money and numbers add up"))]
        : found.map(label)),
    );
  }
  return findings;
}

function nobodyToBill(facts: TenantFacts): Finding[] {
  if (facts.active_customers === 0n) {
    return [
      warning(
        "customers",
        "no active customer, so a run finds nobody to bill",
        "check that customers exist and have status active (`GET /v1/customers?status=active`)",
      ),
    ];
  }
  if (facts.live_subscriptions > 0n) return [];
  return [
    warning(
      "subscriptions",
      "no live subscription, so a run finds nothing to bill",
      "create subscriptions (`POST /v1/subscriptions`)",
    ),
  ];
}

/** What failed: put aside, given up, or tried in vain until now. */
function failedWork(facts: TenantFacts): Finding[] {
  const parked = facts.parked.map(({ n, code, reason }) =>
    problem(
      "parked",
      `${counted(n, "subscription", "subscriptions")} (${code}): ${reason}`,
      "repair the cause, then `POST /v1/subscriptions/{id}/unpark`; the sweep tries again by itself every 15 minutes",
    ),
  );
  const dead = facts.dead.map(({ n, name, message }) =>
    problem(
      "dead jobs",
      `${n} x ${name}: ${message ?? "no reason kept"}`,
      `repair the cause, then \`billwright jobs retry --name ${name}\``,
    ),
  );
  const failing = facts.failing.map(({ n, name, message, tries }) =>
    problem(
      "failing jobs",
      `${n} x ${name}, ${tries} tries in vain so far: ${message ?? "no reason kept"}`,
      `repair the cause; the next try comes by itself, or at once after \`billwright jobs retry --name ${name}\``,
    ),
  );
  return [...parked, ...dead, ...failing, ...runsWithErrors(facts.runs_with_errors)];
}

function runsWithErrors(runs: TenantFacts["runs_with_errors"]): Finding[] {
  const [newest] = runs;
  if (newest === undefined) return [];
  const id = publicId("billing_run", newest.id);
  return [
    warning(
      "runs with errors",
      `${counted(runs.length, "billing run", "billing runs")} of the last seven days ended with errors; the newest, ${newest.month ?? "everything due"}, is ${id}`,
      `\`GET /v1/billing_runs/${id}\` names the errors; once they are mended the run becomes completed by itself`,
    ),
  ];
}

function slowWork(facts: TenantFacts): Finding[] {
  const some = (check: string, n: bigint, detail: string, advice: string): Finding[] =>
    n === 0n ? [] : [problem(check, detail, advice)];
  const { overdue_jobs, unknown_mails, old_attempts, late_runs } = facts;
  return [
    ...some(
      "overdue jobs",
      overdue_jobs,
      `${counted(overdue_jobs, "job is", "jobs are")} due for over five minutes and not picked up`,
      "start a scheduler and workers; they take the backlog by themselves",
    ),
    ...some(
      "unknown mails",
      unknown_mails,
      `${counted(unknown_mails, "mail", "mails")} may or may not have been delivered`,
      "look into the mail server's log; such mails are not sent again by themselves",
    ),
    ...some(
      "open payments",
      old_attempts,
      `${counted(old_attempts, "payment attempt is", "payment attempts are")} open for over an hour`,
      "see whether webhooks arrive; the poll asks the provider every minute while a scheduler runs",
    ),
    ...some(
      "late runs",
      late_runs,
      `${counted(late_runs, "billing run is past its", "billing runs are past their")} deadline`,
      "see `billwright jobs list --state failed` for what holds them up",
    ),
  ];
}
