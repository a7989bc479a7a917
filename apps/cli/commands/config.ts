import { Command } from "commander";
import { describeEnvironment, readConfig } from "#libs/platform/config.ts";
import { printJson } from "../cli-context.ts";

/** `billwright config show`: what this process would run with. */
export function configCommand(): Command {
  const show = new Command("show")
    .description(
      "print every variable with its value or default; secrets are masked. Exit 2 names what is wrong",
    )
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExamples:\n  billwright config show\n  billwright config show --json")
    .action((options: { json?: boolean }) => {
      const rows = describeEnvironment(readConfig());
      if (options.json)
        return printJson(
          Object.fromEntries(rows.map((row) => [row.variable, { value: row.value, given: row.isGiven }])),
        );
      for (const row of rows) {
        process.stdout.write(
          `${row.variable.padEnd(30)} ${row.value ?? "(unset)"}${row.isGiven || row.value === null ? "" : "  (default)"}\n`,
        );
      }
    });
  return new Command("config").description("show the configuration").addCommand(show);
}
