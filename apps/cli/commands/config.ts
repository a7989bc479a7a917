import { Command } from "commander";
import { describeEnvironment, type EnvironmentRow, readConfig } from "#libs/platform/config.ts";
import { apiSecrets, findRunning, printJson } from "../cli-context.ts";

/** `billwright config show`: what the running stack runs with, else what this shell would start. */
export function configCommand(): Command {
  const show = new Command("show")
    .description(
      "print every variable with its value or default, of the running `up` or demo where there is one, else of this shell; secrets are masked. Exit 2 names what is wrong",
    )
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExamples:\n  billwright config show\n  billwright config show --json")
    .action((options: { json?: boolean }) => {
      const own = readConfig();
      const running = findRunning(own);
      const rows =
        running === null
          ? describeEnvironment(own)
          : describeEnvironment(readConfig(running.environment), running.environment);
      if (options.json) {
        return printJson(
          Object.fromEntries(rows.map((row) => [row.variable, { value: row.value, given: row.isGiven }])),
        );
      }
      if (running !== null) {
        process.stdout.write(`# the running stack, process ${running.pid} at ${running.apiUrl}\n`);
      }
      const unset = ({ variable }: EnvironmentRow) =>
        running !== null && apiSecrets.has(variable) ? "(known to the running stack alone)" : "(unset)";
      for (const row of rows) {
        process.stdout.write(
          `${row.variable.padEnd(30)} ${row.value ?? unset(row)}${row.isGiven || row.value === null ? "" : "  (default)"}\n`,
        );
      }
    });
  return new Command("config").description("show the configuration").addCommand(show);
}
