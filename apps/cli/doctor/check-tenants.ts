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
      ...stuckWork(facts),
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

function stuckWork(facts: TenantFacts): Finding[] {
  const findings: Finding[] = [];
  if (facts.active_customers === 0n) {
    findings.push(
      warning(
        "customers",
        "no active customer, so a run finds nobody to bill",
        "check that customers exist and have status active (`GET /v1/customers?status=active`)",
      ),
    );
  } else if (facts.live_subscriptions === 0n) {
    findings.push(
      warning(
        "subscriptions",
        "no live subscription, so a run finds nothing to bill",
        "create subscriptions (`POST /v1/subscriptions`)",
      ),
    );
  }
  for (const parked of facts.parked) {
    findings.push(
      problem(
        "parked",
        `${parked.n} subscriptions (${parked.code}): ${parked.reason}`,
        "repair the cause, then `POST /v1/subscriptions/{id}/unpark`; the sweep tries again by itself every 15 minutes",
      ),
    );
  }
  for (const dead of facts.dead) {
    findings.push(
      problem(
        "dead jobs",
        `${dead.n} x ${dead.name}: ${dead.message ?? "no reason kept"}`,
        `repair the cause, then \`billwright jobs retry --name ${dead.name}\``,
      ),
    );
  }
  const count = (check: string, n: bigint, detail: string, advice: string) => {
    if (n > 0n) findings.push(problem(check, `${n} ${detail}`, advice));
  };
  count(
    "overdue jobs",
    facts.overdue_jobs,
    "jobs are due for over five minutes and not picked up",
    "start a scheduler and workers; they take the backlog by themselves",
  );
  count(
    "unknown mails",
    facts.unknown_mails,
    "mails may or may not have been delivered",
    "ask the mail server's log; they are not sent again by themselves",
  );
  count(
    "open payments",
    facts.old_attempts,
    "payment attempts are open for over an hour",
    "see whether webhooks arrive; the poll asks the provider every minute while a scheduler runs",
  );
  count(
    "late runs",
    facts.late_runs,
    "billing runs are past their deadline",
    "see `billwright jobs list --state failed` for what holds them up",
  );
  return findings;
}
