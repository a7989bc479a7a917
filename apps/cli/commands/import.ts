import { Command } from "commander";
import { importEventsCommand } from "./import-events.ts";
import { importInvoicesCommand } from "./import-invoices.ts";

/** `billwright import`: bring in data from files. */
export function importCommand(): Command {
  return new Command("import")
    .description("bring in data from files")
    .addCommand(importEventsCommand())
    .addCommand(importInvoicesCommand());
}
