import { Command } from "commander";
import { explainFailure, exitCodes } from "./cli-context.ts";

/** Each command is loaded when it is the one that was asked for: the others need time and memory that it does not. */
const loadCommand: Readonly<Record<string, () => Promise<Command>>> = {
  migrate: async () => (await import("./commands/migrate.ts")).migrateCommand(),
  up: async () => (await import("./commands/up.ts")).upCommand(),
  demo: async () => (await import("./commands/demo.ts")).demoCommand(),
  run: async () => (await import("./commands/run.ts")).runCommand(),
  import: async () => (await import("./commands/import.ts")).importCommand(),
  invoice: async () => (await import("./commands/invoice.ts")).invoiceCommand(),
  jobs: async () => (await import("./commands/jobs.ts")).jobsCommand(),
  tenant: async () => (await import("./commands/tenant.ts")).tenantCommand(),
  keys: async () => (await import("./commands/keys.ts")).keysCommand(),
  reconcile: async () => (await import("./commands/reconcile.ts")).reconcileCommand(),
  secrets: async () => (await import("./commands/secrets.ts")).secretsCommand(),
  config: async () => (await import("./commands/config.ts")).configCommand(),
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand(),
};

/** The `billwright` command: every operation a person runs by hand. */
async function main(): Promise<void> {
  const program = new Command("billwright")
    .description("The open billing engine. Every command takes --help; most take --json.")
    .showHelpAfterError("(see --help)")
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.badInput);
    });
  const asked = loadCommand[process.argv[2] ?? ""];
  for (const load of asked === undefined ? Object.values(loadCommand) : [asked]) {
    program.addCommand(await load());
  }
  inheritSettings(program);
  await program.parseAsync();
}

/** A wrong option ends every command, however deep, as it ends the program. */
function inheritSettings(parent: Command): void {
  for (const command of parent.commands) inheritSettings(command.copyInheritedSettings(parent));
}

// Whoever reads us may have seen enough, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

main().catch((error: unknown) => {
  const { message, exitCode } = explainFailure(error);
  process.stderr.write(`${message}\n`);
  process.exit(exitCode);
});
