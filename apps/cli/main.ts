import { Command } from "commander";
import { explainFailure, exitCodes } from "./cli-context.ts";
import { demoCommand } from "./commands/demo.ts";
import { runCommand } from "./commands/run.ts";
import { upCommand } from "./commands/up.ts";

/** The `billwright` command: every operation a person runs by hand. */
async function main(): Promise<void> {
  const program = new Command("billwright")
    .description("The open billing engine. Every command takes --help; most take --json.")
    .showHelpAfterError("(see --help)")
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.badInput);
    });
  for (const command of [upCommand(), demoCommand(), runCommand()]) {
    program.addCommand(command);
  }
  await program.parseAsync();
}

main().catch((error: unknown) => {
  const { message, exitCode } = explainFailure(error);
  process.stderr.write(`${message}\n`);
  process.exit(exitCode);
});
