import { Command } from "commander";
import { defined } from "#libs/core/defined.ts";
import { CliError, exitCodes, type Installation, printJson, withInstallation } from "../cli-context.ts";
import { checkConnections } from "../doctor/check-connections.ts";
import { checkTenants, type TenantChecks } from "../doctor/check-tenants.ts";
import { type Finding, ok, warning } from "../doctor/finding.ts";

const marks = { ok: "✅", warning: "⚠️ ", problem: "❌" } as const;

/** `billwright doctor`: configuration, connections, stuck work and broken invariants, each with what to do. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description(
      "look for what is wrong and say what to do: connections, stuck work, the invariants I1 to I24; accounts whose money is in doubt are put aside. " +
        "Exit 0 when all is well, 2 for a wrong option, 3 when something is wrong or worth a look, 4 without a database",
    )
    .option("--deep", "look at every row, not at the last 35 days and a rolling sample of what is older")
    .option("--since <time>", "look at what is there since then, such as 2026-03-01 or 2026-03-01T00:00:00Z")
    .option(
      "--repair",
      "first send lost work off again and work lost derivations out anew; never edits money",
    )
    .option("--json", "print the findings as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  billwright doctor\n  billwright doctor --deep --json\n  billwright doctor --since 2026-03-01\n  billwright doctor --repair",
    )
    .action(async (options: DoctorOptions) => {
      const checks = checksOf(options);
      const findings = await withInstallation(async (installation) => {
        const connections = await checkConnections(installation);
        const database = connections.find((finding) => finding.check === "database");
        const tenants = database?.level === "problem" ? [] : await checkTenants(installation, checks);
        return [whatIsChecked(installation), ...heldBack(installation), ...connections, ...tenants];
      });
      if (options.json) printJson(findings);
      else process.stdout.write(`${findings.map(lineOf).join("\n")}\n`);
      process.exit(exitCodeOf(findings));
    });
}

type DoctorOptions = { json?: boolean; deep?: boolean; since?: string; repair?: boolean };

function checksOf({ deep, since, repair }: DoctorOptions): TenantChecks {
  if (deep === true && since !== undefined)
    throw new CliError(
      exitCodes.badInput,
      "--since: is not allowed beside --deep, which looks at everything",
    );
  const from = since === undefined ? undefined : new Date(since);
  if (from !== undefined && Number.isNaN(from.getTime())) {
    throw new CliError(
      exitCodes.badInput,
      `--since: given "${since}"; allowed: 2026-03-01 or 2026-03-01T00:00:00Z`,
    );
  }
  return { ...defined({ deep, since: from }), repair: repair === true };
}

function whatIsChecked({ running }: Installation): Finding {
  const detail =
    running === null
      ? "of this shell's environment; no running `billwright up` or demo was found in the data folder"
      : `of the running stack, process ${running.pid} at ${running.apiUrl}`;
  return ok("configuration", detail);
}

/** Settings under which nothing is billed, or another month than one would think: easily forgotten. */
function heldBack({ config }: Installation): Finding[] {
  const dryRun = warning(
    "dry run",
    "DRY_RUN is set: nothing is billed, mailed or collected by itself",
    "unset DRY_RUN and restart when it has served its purpose",
  );
  const month = warning(
    "month",
    `PROCESS_MONTH is set: scheduled runs take ${config.PROCESS_MONTH} each time, not the month before`,
    "unset PROCESS_MONTH and restart when that month is done",
  );
  return [...(config.DRY_RUN ? [dryRun] : []), ...(config.PROCESS_MONTH === undefined ? [] : [month])];
}

function lineOf(finding: Finding): string {
  const advice = finding.advice === undefined ? "" : `\n     what to do: ${finding.advice}`;
  return `${marks[finding.level]} ${finding.check}: ${finding.detail}${advice}`;
}

function exitCodeOf(findings: readonly Finding[]): number {
  if (findings.some((finding) => finding.check === "database" && finding.level === "problem"))
    return exitCodes.unavailable;
  return findings.every((finding) => finding.level === "ok") ? exitCodes.ok : exitCodes.partial;
}
