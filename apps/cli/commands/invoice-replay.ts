import { Command } from "commander";
import { replayInvoice, type ReplayOutcome } from "#libs/billing/invoice/replay-invoice.ts";
import { presentReplay } from "#libs/billing/wire/invoice-proof-wire.ts";
import { withTenant } from "#libs/data/database.ts";
import { exitCodes, pickTenant, printJson, withInstallation } from "../cli-context.ts";
import { requireInvoice } from "../find-invoice.ts";

/** `billwright invoice replay NUMBER`: makes it again from events and stored inputs; exit 3 when it differs. */
export function replayCommand(): Command {
  return new Command("replay")
    .description(
      "make an invoice again from its events and stored inputs, and compare; exit 3 when it differs",
    )
    .argument("<invoice>", "its number, or its id inv_...")
    .option("--tenant <uuid>", "which tenant, when there are several")
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExamples:\n  billwright invoice replay INV-202604-00001")
    .action((reference: string, options: { tenant?: string; json?: boolean }) =>
      withInstallation(async (installation) => {
        const tenantId = await pickTenant(installation, options.tenant);
        const outcome = await withTenant(installation.database, { tenantId, actor: "cli" }, async (tx) => {
          const { id } = await requireInvoice(tx, reference);
          return replayInvoice(tx, { invoiceId: id });
        });
        if (!outcome.identical) process.exitCode = exitCodes.partial;
        if (options.json) return printJson(presentReplay(outcome));
        process.stdout.write(`${describe(reference, outcome)}\n`);
      }),
    );
}

function describe(reference: string, { identical, differences, lines }: ReplayOutcome): string {
  const made = `${lines.events} lines from single events, ${lines.inputs} from stored inputs, ${lines.sealed} held against their seal`;
  if (identical) return `${reference} comes out the same, byte for byte (${made})`;
  return [
    `${reference} comes out otherwise (${made}):`,
    ...differences.flatMap(({ description, step, detail, stored, replayed }) => [
      `  ${description}, ${step}: ${detail}`,
      `    stored    ${stored}`,
      `    replayed  ${replayed}`,
    ]),
  ].join("\n");
}
