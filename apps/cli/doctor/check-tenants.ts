import {
  type CheckedInvariant,
  type CheckOptions,
  checkInvariants,
} from "#libs/billing/invariant/check-invariants.ts";
import { repairWork } from "#libs/billing/invariant/repair-work.ts";
import { sweepLostWork, sweepLostWorkers } from "#libs/billing/work/dispatch-work.ts";
import { counted } from "#libs/core/counted.ts";
import { defined } from "#libs/core/defined.ts";
import { publicId } from "#libs/core/public-id.ts";
import { withSystem, withTenant } from "#libs/data/database.ts";
import { readTenantFacts, type TenantFacts } from "#libs/data/doctor-reads.ts";
import { listTenants } from "#libs/data/tenants.ts";
import { createCarrier } from "#libs/jobs/carrier.ts";
import { jobCatalog } from "#libs/jobs/catalog.ts";
import type { Installation } from "../cli-context.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";

export type TenantChecks = Pick<CheckOptions, "deep" | "since"> & {
  /** Sends lost work off again and works lost derivations out anew, before anything is looked at. */
  readonly repair: boolean;
};

/** Stuck work and broken invariants of every tenant, and what was repaired first when that was asked for. */
export async function checkTenants(installation: Installation, options: TenantChecks): Promise<Finding[]> {
  const tenants = await withSystem(installation.database, (db) => listTenants(db));
  if (tenants.length === 0) {
    return [warning("tenants", "there is none", "make one: `billwright tenant create NAME`")];
  }
  const findings: Finding[] = options.repair ? await repairQueues(installation) : [];
  for (const tenant of tenants) {
    const scope = { tenantId: tenant.id, actor: "doctor", timeoutMs: 60_000 };
    const repaired = options.repair ? await repairTenant(installation, tenant.id, options.deep === true) : [];
    const facts = await withTenant(installation.database, scope, readTenantFacts);
    const checked = await checkInvariants(installation.deps, {
      ...{ tenantId: tenant.id, ...defined({ deep: options.deep, since: options.since }) },
      ...(options.deep === true ? { timeoutMs: deepTimeoutMs, limit: 1_000 } : {}),
    });
    const found = [
      ...repaired,
      ...nobodyToBill(facts),
      ...failedWork(facts),
      ...slowWork(facts),
      ...checked.flatMap(brokenInvariant),
    ];
    const label = (finding: Finding): Finding => ({ ...finding, check: `${tenant.name}: ${finding.check}` });
    findings.push(
      ...found.map(label),
      ...(found.every((finding) => finding.level === "ok")
        ? [label(ok("work", `nothing is stuck; all ${checked.length} invariants hold`))]
        : []),
    );
  }
  return findings;
}

const deepTimeoutMs = 600_000;
const shownBreaches = 3;

function brokenInvariant({ invariant, breaches, failure }: CheckedInvariant): Finding[] {
  const { code, question, repair, severity } = invariant;
  if (failure !== null) {
    return [
      warning(
        code,
        `could not be looked at: ${failure.message}`,
        "see whether the database is under load, and ask again",
      ),
    ];
  }
  if (breaches.length === 0) return [];
  const shown = breaches.slice(0, shownBreaches).map(({ detail }) => detail);
  const more = breaches.length > shown.length ? [`and ${breaches.length - shown.length} more`] : [];
  const detail = `${question} No: ${[...shown, ...more].join("; ")}`;
  const found = severity === "warning" ? warning(code, detail, repair) : problem(code, detail, repair);
  return [{ ...found, invariant: code, severity, breaches }];
}

async function repairTenant(installation: Installation, tenantId: string, deep: boolean): Promise<Finding[]> {
  const repaired = await repairWork(installation.deps, { tenantId, deep });
  return repaired.map(({ what, count }) => ok("repair", `${count} ${what}`));
}

/** Jobs of workers that ended, and jobs that the queue does not hold any more, go back to the relay. */
async function repairQueues({ deps, queues, config }: Installation): Promise<Finding[]> {
  const carrier = createCarrier(queues, jobCatalog, config.JOB_RETRY_SCALE);
  const fromWorkers = await sweepLostWorkers(deps);
  let [released, after]: [number, string | null] = [0, null];
  do {
    const options = { olderThanMs: deps.leaseMs, retryDelayMs: 5_000 * config.JOB_RETRY_SCALE, after };
    const swept: { released: number; next: string | null } = await sweepLostWork(deps, carrier, options);
    released += swept.released;
    after = swept.next;
  } while (after !== null);
  return [
    ...(fromWorkers > 0 ? [ok("repair", `${fromWorkers} jobs were taken back from workers that ended`)] : []),
    ...(released > 0 ? [ok("repair", `${released} jobs that the queue forgot were sent off again`)] : []),
  ];
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
  const { unknown_mails, old_attempts, late_runs } = facts;
  return [
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
