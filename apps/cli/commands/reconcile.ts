import { Command, Option } from "commander";
import type { Temporal } from "temporal-polyfill";
import { requestReconciliation } from "#libs/billing/reconciliation/request-reconciliation.ts";
import { runReconciliation } from "#libs/billing/reconciliation/run-reconciliation.ts";
import { presentReconciliation } from "#libs/billing/wire/reconciliation-wire.ts";
import { defined } from "#libs/core/defined.ts";
import { withTenant } from "#libs/data/database.ts";
import {
  findReconciliation,
  type ReconciliationCheck,
  reconciliationChecks,
} from "#libs/data/reconciliations.ts";
import {
  CliError,
  exitCodes,
  type Installation,
  pickTenant,
  printJson,
  withInstallation,
} from "../cli-context.ts";
import { parseTime } from "./tenant.ts";

type ReconcileOptions = {
  check: ReconciliationCheck[];
  since?: Temporal.Instant;
  tenant?: string;
  json?: boolean;
};

/** `billwright reconcile`: what is stored against itself, the object store and Stripe, now and here. */
export function reconcileCommand(): Command {
  return new Command("reconcile")
    .description(
      "compare what is stored with itself, the object store and Stripe, and print what does not agree; changes nothing, but that accounts whose money is in doubt are put aside. " +
        "Exit 0 when all agrees, 3 when something does not, or a check could not be made",
    )
    .addOption(
      new Option("--check <name>", "only this check; may be repeated")
        .choices(reconciliationChecks)
        .argParser((name, all: ReconciliationCheck[] = []) => [...all, checkOf(name)])
        .default([], "all"),
    )
    .option(
      "--since <time>",
      "what was made since then, RFC 3339; default: everything, 30 days of Stripe",
      parseTime,
    )
    .option("--tenant <uuid>", "which tenant, when there are several")
    .option("--json", "print the report as JSON and nothing else")
    .addHelpText(
      "after",
      "\nExamples:\n  billwright reconcile\n  billwright reconcile --check stripe --check ledger --since 2026-03-01T00:00:00Z --json",
    )
    .action(async (options: ReconcileOptions) => {
      process.exit(await withInstallation((found) => reconcile(found, options)));
    });
}

function checkOf(name: string): ReconciliationCheck {
  const check = reconciliationChecks.find((each) => each === name);
  if (check !== undefined) return check;
  throw new CliError(
    exitCodes.badInput,
    `--check: given "${name}"; allowed: ${reconciliationChecks.join(", ")}`,
  );
}

async function reconcile(found: Installation, options: ReconcileOptions): Promise<number> {
  const tenantId = await pickTenant(found, options.tenant);
  const scope = { tenantId, actor: "cli" };
  const asked = defined({
    checks: options.check.length === 0 ? undefined : options.check,
    since: options.since === undefined ? undefined : new Date(options.since.epochMilliseconds),
  });
  const { reconciliationId } = await withTenant(found.database, scope, (tx) =>
    requestReconciliation(tx, asked),
  );
  await runReconciliation(found.deps, { tenantId, reconciliationId });
  const row = await withTenant(found.database, scope, (tx) => findReconciliation(tx, reconciliationId));
  if (row === null) throw new Error("the report is gone");
  const report = presentReconciliation(row);
  if (options.json) printJson(report);
  else process.stdout.write(`${textOf(report)}\n`);
  const isWhole = report.looked.every(({ outcome }) => outcome !== "failed");
  return report.findings.length === 0 && isWhole ? exitCodes.ok : exitCodes.partial;
}

function textOf(report: ReturnType<typeof presentReconciliation>): string {
  const looked = report.looked.map(
    ({ check, outcome, objects, reason }) =>
      `${check}: ${outcome}, ${objects} looked at${reason === null ? "" : `: ${reason}`}`,
  );
  const findings = report.findings.map(
    ({ severity, code, detail, repair }) => `${severity} ${code}: ${detail}\n     what to do: ${repair}`,
  );
  const isWhole = report.looked.every(({ outcome }) => outcome !== "failed");
  const verdict = isWhole ? "everything agrees" : "nothing else was found";
  return [...looked, ...(findings.length === 0 ? [verdict] : findings)].join("\n");
}
