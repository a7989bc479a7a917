import { Command } from "commander";
import { exitCodes, type Installation, printJson, withInstallation } from "../cli-context.ts";
import { checkConnections } from "../doctor/check-connections.ts";
import { checkTenants } from "../doctor/check-tenants.ts";
import { type Finding, ok, warning } from "../doctor/finding.ts";

const marks = { ok: "✅", warning: "⚠️ ", problem: "❌" } as const;

/** `billwright doctor`: configuration, connections, stuck work and broken invariants, each with what to do. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description(
      "look for what is wrong and say what to do; exit 0 when all is well, 3 when something is wrong or worth a look, 4 without a database",
    )
    .option("--json", "print the findings as JSON")
    .addHelpText("after", "\nExamples:\n  billwright doctor\n  billwright doctor --json")
    .action(async (options: { json?: boolean }) => {
      const findings = await withInstallation(async (installation) => {
        const connections = await checkConnections(installation);
        const database = connections.find((finding) => finding.check === "database");
        const tenants = database?.level === "problem" ? [] : await checkTenants(installation);
        return [whatIsChecked(installation), ...heldBack(installation), ...connections, ...tenants];
      });
      if (options.json) printJson(findings);
      else process.stdout.write(`${findings.map(lineOf).join("\n")}\n`);
      process.exit(exitCodeOf(findings));
    });
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
